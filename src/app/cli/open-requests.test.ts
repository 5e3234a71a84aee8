import { describe, expect, it } from "vitest";
import { createOpenRequests } from "./open-requests.ts";

const message = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const request = (id: number | string, method = "tools/list") =>
  message({ jsonrpc: "2.0", id, method });

describe("the requests on their way", () => {
  it("are open until their answer or error has come", () => {
    const requests = createOpenRequests();
    requests.sent(request(1));
    requests.sent(request("a"));
    requests.received(message({ jsonrpc: "2.0", id: 1, result: {} }));
    expect(requests.size).toBe(1);
    requests.received(message({ jsonrpc: "2.0", id: "a", error: { code: 1, message: "no" } }));
    expect(requests.size).toBe(0);
  });

  it("do not count the server's own requests and what answers them", () => {
    const requests = createOpenRequests();
    requests.received(request(1, "ping"));
    requests.sent(message({ jsonrpc: "2.0", id: 1, result: {} }));
    expect(requests.size).toBe(0);
  });

  it("do not count what is never answered: cancelled ones, subscriptions, notifications, garbage", () => {
    const requests = createOpenRequests();
    requests.sent(request(1));
    const params = { requestId: 1 };
    requests.sent(message({ jsonrpc: "2.0", method: "notifications/cancelled", params }));
    requests.sent(request(2, "subscriptions/listen"));
    requests.sent(message({ jsonrpc: "2.0", method: "notifications/initialized" }));
    requests.sent(Buffer.from("garbage"));
    expect(requests.size).toBe(0);
  });

  it("are counted in batches too", () => {
    const requests = createOpenRequests();
    const batch = [1, 2].map((id) => ({ jsonrpc: "2.0", id, method: "ping" }));
    requests.sent(message(batch));
    expect(requests.size).toBe(2);
  });
});
