import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { createTestEdge } from "../../../../test/support/http-edge.ts";
import { readEvents } from "../../../../test/support/sse.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

const ADD = "/v1/tools/users__add_user/call";
const STREAM = { accept: "text/event-stream" };

describe("a call that asks for events", () => {
  it("gets the progress as it came, then the result", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", ({ onProgress }) => {
      onProgress?.(rawJson(Buffer.from('{"progress":1,\n"total":2}')));
      onProgress?.(rawJson(Buffer.from('{"progress":2}')));
      return { content: [{ type: "text", text: "done" }] };
    });
    const response = await edge.post(ADD, {}, STREAM);
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(response.headers["x-trace-id"]).toMatch(/^[0-9a-f]{32}$/);
    const events = readEvents(response.body);
    expect(events.map(({ event }) => event)).toEqual(["progress", "progress", "result"]);
    expect(events[0]?.data).toEqual({ progress: 1, total: 2 });
    expect(events[2]?.data).toMatchObject({
      content: [{ text: "done" }],
      isError: false,
      meta: { tool: "users__add_user" },
    });
  });

  it("gets a failure as an event with the problem", async () => {
    await using edge = createTestEdge();
    edge.gateway.calls.on("users__add_user", () => {
      throw new GatewayError("deadline-exceeded", "Too slow.", { timeoutMs: 5 });
    });
    const events = readEvents((await edge.post(ADD, {}, STREAM)).body);
    expect(events).toEqual([
      {
        event: "error",
        data: expect.objectContaining({ code: "deadline-exceeded", status: 504, timeoutMs: 5 }),
      },
    ]);
  });

  it("gets a broken body answered as a plain problem", async () => {
    await using edge = createTestEdge();
    const response = await edge.post(ADD, "{", STREAM);
    expect(response.statusCode).toBe(400);
    expect(response.headers["content-type"]).toBe("application/problem+json");
  });

  it("gets JSON when it names JSON first", async () => {
    await using edge = createTestEdge();
    const accept = "application/json, text/event-stream";
    const response = await edge.post(ADD, {}, { accept });
    expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  it("hears a heartbeat while nothing happens", async () => {
    await using edge = createTestEdge({ options: { heartbeatMs: 1_000 } });
    let finish = (): void => undefined;
    edge.gateway.calls.on(
      "users__add_user",
      () => new Promise((resolve) => (finish = () => resolve({ content: [] }))),
    );
    const answer = edge.post(ADD, {}, STREAM);
    await waitFor(() => edge.gateway.calls.inFlight === 1, { what: "the call" });
    await edge.gateway.clock.advance(2_500);
    finish();
    expect((await answer).body.match(/^: $/gm)).toHaveLength(2);
  });
});

describe("a client that leaves", () => {
  it.each([
    ["JSON", {}],
    ["events", STREAM],
  ])("cancels its call for %s", async (_name, headers) => {
    await using edge = createTestEdge();
    const base = await edge.listen();
    let aborted = false;
    edge.gateway.calls.on(
      "users__add_user",
      (_request, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    );
    const leaving = new AbortController();
    const answer = fetch(`${base}${ADD}`, { method: "POST", headers, signal: leaving.signal });
    const settled = answer.then((response) => response.text()).catch(() => "left");
    await waitFor(() => edge.gateway.calls.inFlight === 1, { what: "the call" });
    leaving.abort();
    await waitFor(() => aborted, { what: "the abort" });
    expect(await settled).toBe("left");
    await waitFor(() => edge.gateway.calls.inFlight === 0, { what: "its end" });
  });

  it("is cut off when it reads too slowly", async () => {
    await using edge = createTestEdge({ options: { maxStreamBufferBytes: 65_536 } });
    const base = await edge.listen();
    const progress = rawJson(Buffer.from(JSON.stringify({ message: "x".repeat(100_000) })));
    let aborted = false;
    edge.gateway.calls.on("users__add_user", async ({ onProgress }, signal) => {
      for (let sent = 0; sent < 2_000 && !signal.aborted; sent++) {
        onProgress?.(progress);
        await new Promise((resolve) => setImmediate(resolve));
      }
      aborted = signal.aborted;
      return { content: [] };
    });
    const response = await fetch(`${base}${ADD}`, { method: "POST", headers: STREAM });
    await waitFor(() => aborted, { what: "the abort" });
    await expect(response.text()).rejects.toThrow("terminated");
  });
});
