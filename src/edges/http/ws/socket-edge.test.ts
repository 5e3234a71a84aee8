import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { GatewayError } from "../../../kernel/errors.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createTestEdge } from "../../../../test/support/http-edge.ts";
import { openRpcSocket } from "../../../../test/support/rpc-socket.ts";
import { waitFor } from "../../../../test/support/wait-for.ts";

const tokens = {
  "sb_agent-1": principal("a", { role: "agent" }),
  other: principal("b", { role: "agent" }),
};

/** The status that an upgrade is refused with. */
async function refusal(url: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/ws`, { headers });
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    { statusCode: number; resume(): void },
  ];
  response.resume();
  return response.statusCode;
}

describe("opening a socket", () => {
  it("needs a key where requests do, in a header or among the subprotocols", async () => {
    await using edge = createTestEdge({ tokens, anonymous: null });
    const url = await edge.listen();
    expect(await refusal(url)).toBe(401);
    expect(await refusal(url, { authorization: "Bearer wrong" })).toBe(401);
    const headers = { "x-api-key": "sb_agent-1" };
    using byHeader = await openRpcSocket(url, { headers });
    expect((await byHeader.call("listTools")).result.total).toBe(3);
    const protocols = ["switchboard.v1", "switchboard.bearer.sb_agent-1"];
    using bySubprotocol = await openRpcSocket(url, { protocols });
    expect(bySubprotocol.socket.protocol).toBe("switchboard.v1");
    expect((await bySubprotocol.call("listTools")).result.total).toBe(3);
  });

  it("is refused to foreign pages and foreign hosts", async () => {
    await using edge = createTestEdge();
    const url = await edge.listen();
    expect(await refusal(url, { origin: "https://evil.example" })).toBe(403);
    expect(await refusal(url, { host: "evil.example" })).toBe(403);
  });

  it("is refused when too many are open", async () => {
    await using edge = createTestEdge({ options: { maxSockets: 1 } });
    const url = await edge.listen();
    const first = await openRpcSocket(url, { protocols: [] });
    expect(await refusal(url)).toBe(429);
    first[Symbol.dispose]();
    using again = await waitFor(() => openRpcSocket(url), { what: "room for a socket" });
    expect(again.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("is told to who asks without an upgrade", async () => {
    await using edge = createTestEdge();
    const response = await edge.get("/v1/ws");
    expect(response.statusCode).toBe(426);
    expect(response.headers["upgrade"]).toBe("websocket");
    expect(response.json()).toMatchObject({ code: "invalid-request", status: 426 });
  });
});

describe("a socket's life", () => {
  it("asks for the key anew with each request", async () => {
    const keys: Record<string, ReturnType<typeof principal>> = { k: principal("k") };
    await using edge = createTestEdge({ tokens: keys, anonymous: null });
    using socket = await openRpcSocket(await edge.listen(), {
      headers: { authorization: "Bearer k" },
    });
    expect((await socket.call("showStatus")).result.tools).toBe(3);
    keys["k"] = principal("k", { role: "agent" });
    expect((await socket.call("showStatus")).error?.data).toMatchObject({ code: "forbidden" });
    delete keys["k"];
    expect((await socket.call("listTools")).error?.data).toMatchObject({ code: "unauthenticated" });
  });

  it("ends when the edge closes, with what it began cancelled", async () => {
    await using edge = createTestEdge();
    const socket = await openRpcSocket(await edge.listen());
    let reason: unknown;
    edge.gateway.calls.on("users__add_user", (_request, signal) => {
      signal.addEventListener("abort", () => (reason = signal.reason));
      return new Promise(() => undefined);
    });
    socket.begin("callTool", { id: "users__add_user" });
    await waitFor(() => edge.gateway.calls.inFlight === 1, { what: "the call" });
    await edge.app.close();
    expect(await socket.closed).toBe(1001);
    expect(reason).toBeInstanceOf(GatewayError);
  });

  it("ends when the client answers no ping", async () => {
    await using edge = createTestEdge({ options: { heartbeatMs: 1_000 } });
    const url = await edge.listen();
    const silent = new WebSocket(`${url.replace(/^http/, "ws")}/v1/ws`, { autoPong: false });
    const closed = once(silent, "close");
    await once(silent, "open");
    using lively = await openRpcSocket(url);
    let pings = 0;
    lively.socket.on("ping", () => (pings += 1));
    await edge.gateway.clock.advance(1_000);
    await waitFor(() => pings === 1, { what: "a ping" });
    await lively.call("listTools");
    await edge.gateway.clock.advance(1_000);
    expect((await closed)[0]).toBe(1006);
    expect((await lively.call("listTools")).result.total).toBe(3);
  });

  it.each([
    ["binary messages", Buffer.from("{}"), 1003],
    ["messages that are too large", "x".repeat(5_000), 1009],
  ])("ends with %s", async (_name, message, code) => {
    await using edge = createTestEdge({ options: { maxBodyBytes: 4_096 } });
    using socket = await openRpcSocket(await edge.listen());
    socket.socket.send(message);
    expect(await socket.closed).toBe(code);
  });

  it("ends when the client reads too slowly", async () => {
    await using edge = createTestEdge({ options: { maxSocketBufferBytes: 65_536 } });
    using socket = await openRpcSocket(await edge.listen());
    const content = [{ type: "text", text: "x".repeat(200_000) }];
    let aborted = false;
    edge.gateway.calls.on("users__add_user", () => ({ content }));
    edge.gateway.calls.on("files__read_file", (_request, signal) => {
      signal.addEventListener("abort", () => (aborted = true));
      return new Promise(() => undefined);
    });
    socket.begin("callTool", { id: "files__read_file" });
    await waitFor(() => edge.gateway.calls.inFlight === 1, { what: "the call" });
    socket.socket.pause();
    for (let n = 0; n < 200; n++) socket.begin("callTool", { id: "users__add_user" });
    await waitFor(() => edge.gateway.calls.requests.length === 201, { what: "the calls" });
    socket.socket.resume();
    expect(await socket.closed).toBe(1008);
    await waitFor(() => aborted, { what: "the end of what it began" });
  });
});

describe("plan events on a socket", () => {
  it("wait for a client that reads slowly", async () => {
    await using edge = createTestEdge({ options: { maxSocketBufferBytes: 131_072 } });
    using socket = await openRpcSocket(await edge.listen());
    const id = socket.begin("runPlan", { steps: [], stream: true });
    await waitFor(() => socket.events.length === 2, { what: "the beginning" });
    socket.socket.pause();
    const [run] = edge.gateway.plans.runs;
    const step = { id: "a", tool: "t", status: "running", attempts: 0 } as const;
    const value = toRawJson("x".repeat(8_000));
    for (let n = 0; n < 3_000; n++) run!.tell({ type: "step.progress", step: { ...step, value } });
    expect(run!.followers).toBe(0);
    run!.end();
    socket.socket.resume();
    const answer = await socket.answer(id);
    expect(answer.result).toMatchObject({ status: "succeeded" });
    const ids = socket.events.slice(1).map(({ data }) => (data as { id: number }).id);
    expect(ids).toEqual(Array.from({ length: 3_001 }, (_, n) => n + 1));
  });
});
