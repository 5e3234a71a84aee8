import type { AddressInfo } from "node:net";
import { createServer, type IncomingMessage } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { createSystemClock } from "../../../kernel/clock.ts";
import { createSilentLogger } from "../../../kernel/log.ts";
import type { Frame } from "../../../mcp/frame.ts";
import { WEBSOCKET_UPSTREAM_DEFAULTS, type WebSocketUpstreamOptions } from "./options.ts";
import { createWebSocketLinkFactory } from "./websocket-link.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function serve(
  onSocket: (socket: WebSocket, request: IncomingMessage) => void,
  settings: { refuseWith?: string; answerPings?: boolean } = {},
) {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true, autoPong: settings.answerPings ?? true });
  http.on("upgrade", (request, stream, head) => {
    if (settings.refuseWith !== undefined) {
      stream.end(`HTTP/1.1 ${settings.refuseWith}\r\nRetry-After: 4\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => onSocket(socket, request));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  closers.push(async () => {
    sockets.clients.forEach((socket) => socket.terminate());
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return `ws://user:p%40ss@127.0.0.1:${port}/mcp`;
}

async function open(url: string, options: Partial<WebSocketUpstreamOptions> = {}) {
  const heard: Frame[] = [];
  const closed: Error[] = [];
  const factory = createWebSocketLinkFactory(
    { ...WEBSOCKET_UPSTREAM_DEFAULTS, ...options },
    { clock: createSystemClock(), log: createSilentLogger() },
  );
  const link = await factory.open(
    { transport: "websocket", url, headers: { "X-Key": "k" } },
    { onMessage: (frame) => heard.push(frame), onClose: (reason) => closed.push(reason) },
    AbortSignal.timeout(5_000),
  );
  closers.push(async () => link[Symbol.asyncDispose]());
  return { link, heard, closed };
}

const { signal } = new AbortController();
const note = JSON.stringify({ jsonrpc: "2.0", method: "notifications/hello" });

describe("a WebSocket link", () => {
  it("offers the subprotocol alone, with headers and the URL's credentials", async () => {
    let seen: IncomingMessage["headers"] = {};
    await open(await serve((_socket, request) => (seen = request.headers)));
    expect(seen).toMatchObject({
      "sec-websocket-protocol": "mcp",
      "x-key": "k",
      authorization: `Basic ${Buffer.from("user:p@ss").toString("base64")}`,
    });
    expect(seen).not.toHaveProperty("sec-websocket-extensions");
  });

  it("loses no frame that comes with the upgrade", async () => {
    const { heard } = await open(await serve((socket) => socket.send(note)));
    await expect.poll(() => heard.length).toBe(1);
  });

  it("closes with 1003 when it gets a binary frame", async () => {
    let code = 0;
    const url = await serve((socket) => {
      socket.on("close", (received) => (code = received));
      socket.on("message", () => socket.send(Buffer.from(note)));
    });
    const { link, closed } = await open(url);
    await expect(link.request({ id: 1, method: "m" }, signal)).rejects.toMatchObject({
      kind: "protocol",
      message: "the server sent a binary frame",
    });
    await expect.poll(() => code).toBe(1003);
    expect(closed).toHaveLength(1);
  });

  it("takes no frame beyond the limit", async () => {
    const url = await serve((socket) => socket.on("message", () => socket.send("x".repeat(5_000))));
    const { link } = await open(url, { maxMessageBytes: 1_000 });
    await expect(link.request({ id: 1, method: "m" }, signal)).rejects.toMatchObject({
      kind: "protocol",
      message: "a frame is longer than 1000 bytes",
    });
  });

  it("gives up a socket that does not answer a ping, and keeps one that does", async () => {
    const dead = await open(await serve(() => undefined, { answerPings: false }), {
      pingIntervalMs: 50,
    });
    const alive = await open(await serve(() => undefined), { pingIntervalMs: 50 });
    await expect.poll(() => dead.closed.length).toBe(1);
    expect(dead.closed[0]?.message).toContain("did not answer a ping within 50 ms");
    expect(alive.closed).toEqual([]);
  });

  it("says how the server closed", async () => {
    const { closed } = await open(await serve((socket) => socket.close(1001, "going away")));
    await expect
      .poll(() => closed[0]?.message)
      .toBe('the server closed the socket (code 1001 "going away")');
  });

  it("closes in order when it is disposed, and tells nobody", async () => {
    let code = 0;
    const url = await serve((socket) => socket.on("close", (received) => (code = received)));
    const { link, closed } = await open(url);
    await link[Symbol.asyncDispose]();
    await expect.poll(() => code).toBe(1000);
    expect(closed).toEqual([]);
  });

  it.each([
    ["401 Unauthorized", { kind: "unauthorised", httpStatus: 401 }],
    ["503 Busy", { kind: "overloaded", retryAfterMs: 4_000 }],
    ["404 Not Found", { kind: "connect", httpStatus: 404 }],
    ["302 Found", { kind: "connect", httpStatus: 302 }],
  ])("is not opened by %s", async (refuseWith, failure) => {
    await expect(open(await serve(() => undefined, { refuseWith }))).rejects.toMatchObject({
      ...failure,
      reached: false,
    });
  });

  it("is not opened where nobody listens", async () => {
    await expect(open("ws://127.0.0.1:1/mcp")).rejects.toMatchObject({
      kind: "connect",
      message: expect.stringContaining("nothing listens at 127.0.0.1:1"),
    });
  });
});
