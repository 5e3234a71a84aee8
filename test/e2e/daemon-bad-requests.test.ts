import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { openFilesOf } from "../support/process-tree.ts";
import { startRawHttpServer } from "../support/raw-server/index.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";
import { waitFor } from "../support/wait-for.ts";

const tooLarge = "x".repeat(5 * 1024 * 1024);
let server: Awaited<ReturnType<typeof startRawHttpServer>>;
let daemon: Daemon;
let rest: RestClient;
let socketsBefore: number;

beforeAll(async () => {
  server = await startRawHttpServer();
  daemon = await startDaemon({ config: { mcpServers: { raw: { url: server.url } } } });
  rest = restClient(daemon.url);
  await untilState(rest, ["raw"]);
  socketsBefore = openFilesOf(daemon.pid).sockets;
}, 60_000);

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await server.close();
}, 30_000);

describe("a request over REST", () => {
  it.each<[string, string, unknown, number, string]>([
    ["that is no JSON", "/v1/tools/search", '{"query": "x"', 400, "invalid-request"],
    ["that is empty", "/v1/tools/search", "", 400, "invalid-request"],
    ["that is an array", "/v1/tools/search", "[]", 400, "invalid-request"],
    ["of the wrong types", "/v1/tools/search", { query: 7, limit: "many" }, 400, "invalid-request"],
    ["with an unknown key", "/v1/tools/search", { query: "x", limt: 3 }, 400, "invalid-request"],
    [
      "whose arguments are a list",
      "/v1/tools/raw__echo/call",
      { arguments: [] },
      400,
      "invalid-request",
    ],
    [
      "that is too large",
      "/v1/tools/raw__echo/call",
      { arguments: { text: tooLarge } },
      413,
      "payload-too-large",
    ],
    ["to nowhere", "/v1/toolz/search", {}, 404, "unknown-route"],
  ])("%s is refused with what is wrong", async (...[, path, body, status, code]) => {
    const answer = await rest.post(path, body);
    expect(answer).toMatchObject({ status, body: { status, code, detail: expect.any(String) } });
    expect(answer.text.length).toBeLessThan(10_000);
  });

  it("that is too large can be answered every time, also on the same connection", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { status } = await rest.call("raw__echo", { text: tooLarge });
      expect(status).toBe(413);
    }
  });

  it("names everything that is wrong, where, and what was received", async () => {
    const { body } = await rest.post("/v1/tools/search", { query: 7, limit: 0, detail: "all" });
    expect(body.violations.map((one: { path: string }) => one.path).toSorted()).toEqual([
      "/detail",
      "/limit",
      "/query",
    ]);
    expect(JSON.stringify(body.violations)).toContain("7");
  });

  it("with the wrong method is told the right ones", async () => {
    const answer = await rest.send("PUT", "/v1/tools/search");
    expect(answer).toMatchObject({ status: 405, body: { code: "method-not-allowed" } });
    expect(answer.headers.get("allow")).toContain("POST");
  });

  it("of another content type is refused", async () => {
    const headers = { "content-type": "text/plain" };
    expect((await rest.post("/v1/tools/search", "x", { headers })).status).toBe(415);
  });

  it("under a foreign host name or from a foreign origin is refused", async () => {
    const headers = { origin: "https://evil.example" };
    expect((await rest.get("/v1/tools", { headers })).status).toBe(403);
    const head = await overTcp("GET /v1/tools HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 (403|421) /);
  });

  it("that is no HTTP is refused, and its socket closed", async () => {
    expect(await overTcp("\x16\x03\x01 this is no HTTP\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("whose header is endless is refused", async () => {
    const head = `GET /v1/tools HTTP/1.1\r\nHost: 127.0.0.1\r\nx: ${"y".repeat(100_000)}\r\n\r\n`;
    expect(await overTcp(head)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe("a message over MCP", () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    rest.post("/mcp", body, {
      headers: { accept: "application/json, text/event-stream", ...headers },
    });

  it.each<[string, string, Record<string, string>, number, number]>([
    ["that is no JSON", "{", {}, 400, -32_700],
    ["that is no request", '{"jsonrpc":"1.0","id":1}', {}, 400, -32_600],
    ["that is empty", "", {}, 400, -32_700],
    [
      "of an unknown revision",
      '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      { "mcp-protocol-version": "2031-01-01" },
      400,
      -32_022,
    ],
  ])("%s is refused", async (...[, text, headers, status, code]) => {
    const answer = await post(text, headers);
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status,
      body: { jsonrpc: "2.0", error: { code, message: expect.any(String) } },
    });
  });

  it("that is too large is refused", async () => {
    const params = { name: "search_tools", arguments: { query: tooLarge } };
    const text = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
    expect((await post(text)).status).toBe(413);
  });

  it("in a session that is not there is told so", async () => {
    const headers = { "mcp-session-id": "deadbeef", "mcp-protocol-version": "2025-11-25" };
    expect((await post('{"jsonrpc":"2.0","id":1,"method":"ping"}', headers)).status).toBe(404);
  });

  it("for a surface that is not there is told so", async () => {
    expect((await rest.post("/mcp/servers/nobody", "{}")).status).toBe(400);
    const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    expect((await rest.post("/mcp/servers/nobody", ping)).status).toBe(404);
  });
});

describe("a socket", () => {
  it("that sends binary frames is closed with 1003", async () => {
    const socket = await openSocket(daemon.wsUrl);
    const closed = once(socket, "close");
    socket.send(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}'), { binary: true });
    expect((await closed)[0]).toBe(1003);
  });

  it("that sends too much at once is closed with 1009", async () => {
    const socket = await openSocket(daemon.wsUrl);
    socket.on("error", () => undefined);
    const closed = once(socket, "close");
    socket.send(tooLarge);
    expect((await closed)[0]).toBe(1009);
  });

  it("that sends garbage is told so, and goes on", async () => {
    const socket = await openSocket(daemon.wsUrl);
    socket.send("{not json");
    expect(await nextMessage(socket)).toMatchObject({ id: null, error: { code: -32_700 } });
    socket.send('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    expect(await nextMessage(socket)).toMatchObject({ id: 1, result: {} });
    socket.close();
  });

  it.each([
    ["from a foreign origin", "", { origin: "https://evil.example" }, "403"],
    ["at a path without a surface", "/nowhere", {}, "404"],
  ])("%s is not opened", async (...[, path, headers, status]) => {
    const socket = new WebSocket(`${daemon.wsUrl}${path}`, "mcp", { headers });
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toContain(status);
  });

  it("that leaves in the middle of a call cancels it", async () => {
    const socket = await openSocket(`${daemon.wsUrl}/all`);
    const init = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "t", version: "1" },
    };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: init }));
    await nextMessage(socket);
    const before = server.stats.cancelled["hang"] ?? 0;
    const params = { name: "raw__hang", arguments: {} };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/call", params }));
    await waitFor(() => (server.stats.calls["hang"] ?? 0) > before, { what: "the call" });
    socket.terminate();
    await expect.poll(() => server.stats.cancelled["hang"]).toBe(before + 1);
  });
});

describe("after all of this", () => {
  it("the daemon serves as before, and holds no socket more", async () => {
    expect((await rest.call("raw__echo", { text: "still there" })).status).toBe(200);
    await waitFor(() => openFilesOf(daemon.pid).sockets <= socketsBefore + 6, {
      what: `no more sockets than ${socketsBefore}`,
      timeoutMs: 15_000,
    });
    expect(daemon.log()).not.toMatch(/"level":"error"/);
  });
});

/** Writes bytes to the daemon and gives what it answers until it closes. */
async function overTcp(bytes: string): Promise<string> {
  const { hostname, port } = new URL(daemon.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  let answer = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => (answer += chunk));
  socket.write(bytes);
  await waitFor(() => answer.includes("\r\n\r\n") || socket.closed, { what: "an answer" });
  socket.destroy();
  return answer;
}

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, "mcp");
  await once(socket, "open");
  return socket;
}

async function nextMessage(socket: WebSocket): Promise<unknown> {
  const [data] = (await once(socket, "message")) as [Buffer];
  return JSON.parse(data.toString());
}
