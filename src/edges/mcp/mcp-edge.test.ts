import { once } from "node:events";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { GatewayError } from "../../kernel/errors.ts";
import { toRawJson } from "../../kernel/raw-json.ts";
import { connectV1, connectV2 } from "../../../test/support/sdk-clients.ts";
import { serveMcpEdge, type ServedEdge } from "../../../test/support/mcp-edge.ts";
import { waitFor } from "../../../test/support/wait-for.ts";

let served: ServedEdge;
beforeEach(async () => {
  served = await serveMcpEdge();
});
afterEach(() => served[Symbol.asyncDispose]());

const META_TOOLS = [
  "search_tools",
  "describe_tools",
  "call_read_tool",
  "call_tool",
  "execute_plan",
  "read_result",
];

const url = (path: string, scheme = "http"): string => `${scheme}://${served.address}${path}`;

describe.each([
  ["SDK v1 over HTTP", () => connectV1({ url: url("/mcp") })],
  ["SDK v1 over WebSocket", () => connectV1({ url: url("/mcp", "ws") })],
  ["SDK v2 (modern) over HTTP", () => connectV2({ url: url("/mcp") })],
  ["SDK v2 (modern) over WebSocket", () => connectV2({ url: url("/mcp", "ws") })],
  ["SDK v2 (auto) over HTTP", () => connectV2({ url: url("/mcp") }, { era: "auto" })],
])("the discovery surface for %s", (_name, connect) => {
  it("lists its tools, searches, describes and calls", async () => {
    served.gateway.calls.on("users__search_users", (request) => ({
      content: [{ type: "text", text: JSON.stringify(request.arguments.value()) }],
    }));
    const client = await connect();
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(META_TOOLS);
    const found = await client.callTool({
      name: "search_tools",
      arguments: { query: "search users", limit: 1 },
    });
    expect(found.structuredContent).toMatchObject({ tools: [{ id: "users__search_users" }] });
    const described = await client.callTool({
      name: "describe_tools",
      arguments: { ids: ["users__add_user", "users__ad_user"] },
    });
    expect(described.structuredContent).toMatchObject({
      tools: [{ id: "users__add_user", inputSchema: { required: ["email"] } }],
      unknown: [{ id: "users__ad_user", nearest: expect.arrayContaining(["users__add_user"]) }],
    });
    const called = await client.callTool({
      name: "call_read_tool",
      arguments: { id: "users__search_users", arguments: { name: "Alice" } },
    });
    expect(called.content).toEqual([{ type: "text", text: `{"name":"Alice"}` }]);
    expect(served.gateway.calls.requests.at(-1)).toMatchObject({ readOnlyOnly: true });
    await client.close();
  });

  it("relays progress and cancels when the client does", async () => {
    let cancelled = false;
    served.gateway.calls.on("users__search_users", (request, signal) => {
      request.onProgress?.({
        bytes: Buffer.from(`{"progress":1,"total":2}`),
        value: () => ({ progress: 1, total: 2 }),
      });
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          cancelled = true;
          reject(signal.reason);
        });
      });
    });
    const client = await connect();
    const controller = new AbortController();
    const progress: unknown[] = [];
    const params = { name: "call_tool", arguments: { id: "users__search_users" } };
    const options = {
      signal: controller.signal,
      onprogress: (step: unknown) => progress.push(step),
    };
    const call: Promise<unknown> =
      client instanceof ClientV1
        ? client.callTool(params, undefined, options)
        : client.callTool(params, options);
    const outcome = call.then(
      () => "answered",
      () => "rejected",
    );
    await waitFor(() => progress.length === 1, { what: "progress arrives" });
    controller.abort("enough");
    expect(await outcome).toBe("rejected");
    await waitFor(() => cancelled, { what: "the call is cancelled" });
    await client.close();
  });
});

describe("failures on the discovery surface", () => {
  const call = async (error: GatewayError) => {
    served.gateway.calls.on("files__read_file", () => Promise.reject(error));
    const client = await connectV2({ url: url("/mcp") });
    try {
      return await client.callTool({ name: "call_tool", arguments: { id: "files__read_file" } });
    } finally {
      await client.close();
    }
  };

  it.each([
    new GatewayError("forbidden", "not for you", { reason: "rules" }),
    new GatewayError("needs-auth", "log in", { server: "files" }),
    new GatewayError("deadline-exceeded", "too slow", { timeoutMs: 5 }),
    new GatewayError("invalid-arguments", "wrong", { violations: [{ path: "/a", message: "b" }] }),
  ])("reach the model as a tool error: $code", async (error) => {
    expect(await call(error)).toMatchObject({
      isError: true,
      content: [{ type: "text", text: expect.stringContaining(error.message) }],
      structuredContent: { error: { code: error.code } },
    });
  });

  it.each([
    new GatewayError("rate-limited", "slow down", { reason: "quota", retryAfterMs: 1_200 }),
    new GatewayError("circuit-open", "resting", { server: "files", retryAfterMs: 1_200 }),
    new GatewayError("server-unavailable", "away", {
      server: "files",
      state: "disconnected",
      retryAfterMs: 1_200,
      reached: false,
    }),
  ])("say when to try again: $code", async (error) => {
    const answer = await call(error);
    expect(answer).toMatchObject({
      isError: true,
      structuredContent: { error: { retryAfterMs: 1_200 } },
      _meta: { "switchboard/error": { code: error.code } },
    });
  });

  it("keep the upstream's own code and data for protocol errors", async () => {
    const error = new GatewayError("upstream-protocol", "bad", {
      server: "files",
      rpcCode: -32_050,
      rpcData: toRawJson({ why: "odd" }),
    });
    await expect(call(error)).rejects.toMatchObject({ code: -32_050, data: { why: "odd" } });
  });

  it("tell nothing of a bug, and log it", async () => {
    const error = new GatewayError("internal", "An internal error occurred.", {});
    await expect(call(error)).rejects.toMatchObject({ code: -32_603 });
  });

  it("name the nearest tools for an unknown id, and every wrong argument", async () => {
    const client = await connectV1({ url: url("/mcp") });
    const unknown = await client.callTool({
      name: "call_tool",
      arguments: { id: "users__serch_users" },
    });
    expect(unknown).toMatchObject({
      isError: true,
      structuredContent: {
        error: { code: "unknown-tool", nearest: expect.arrayContaining(["users__search_users"]) },
      },
    });
    const wrong = await client.callTool({
      name: "search_tools",
      arguments: { query: "", limit: 999, nonsense: true },
    });
    const { error } = wrong.structuredContent as { error: { violations: unknown[] } };
    expect(error.violations).toHaveLength(3);
    await expect(client.callTool({ name: "serch_tools", arguments: {} })).rejects.toMatchObject({
      code: -32_602,
    });
    await client.close();
  });
});

describe("a large result", () => {
  it("is answered as a preview with a handle, and read on with read_result", async () => {
    await served[Symbol.asyncDispose]();
    served = await serveMcpEdge({}, { results: { maxInlineBytes: 4_096, previewBytes: 1_024 } });
    const text = "0123456789".repeat(10_000);
    served.gateway.calls.on("files__read_file", () => ({ content: [{ type: "text", text }] }));
    const client = await connectV2({ url: url("/mcp") });
    const preview = await client.callTool({
      name: "call_tool",
      arguments: { id: "files__read_file" },
    });
    const { handle } = preview["_meta"]!["switchboard/handle"] as { handle: string };
    expect(JSON.stringify(preview).length).toBeLessThan(4_096);
    const page = await client.callTool({
      name: "read_result",
      arguments: { handle, offset: 50_000, limit: 10 },
    });
    expect(page.structuredContent).toMatchObject({ text: "0123456789", totalBytes: 100_000 });
    await client.close();
  });
});

describe("the pass-through surfaces", () => {
  it("serve the whole catalogue under namespaced names, and one server under its own", async () => {
    const raw = `{"content":[{"type":"hologram","n":12345678901234567890}],"future":true}`;
    served.gateway.calls.on("users__add_user", () => raw);
    const all = await connectV2({ url: url("/mcp/all") });
    expect((await all.listTools()).tools.map((tool) => tool.name)).toEqual(
      served.gateway.catalog.tools().map((tool) => tool.id),
    );
    await expect(all.callTool({ name: "users__ad_user", arguments: {} })).rejects.toMatchObject({
      code: -32_602,
    });
    await all.close();
    const one = await connectV1({ url: url("/mcp/servers/users") });
    expect((await one.listTools()).tools.map((tool) => tool.name)).toContain("add_user");
    await one.close();
    const answer = await post("/mcp/all", {
      method: "tools/call",
      params: { name: "users__add_user", arguments: {}, _meta: ENVELOPE },
    });
    expect(await answer.text()).toContain(raw.slice(0, -1));
    expect((await post("/mcp/servers/nobody", { method: "tools/list" })).status).toBe(404);
  });

  it("tell clients of both eras that the list has changed", async () => {
    const heard: string[] = [];
    const legacy = await connectV1({ url: url("/mcp/all") });
    const { ToolListChangedNotificationSchema } =
      await import("@modelcontextprotocol/sdk/types.js");
    legacy.setNotificationHandler(
      ToolListChangedNotificationSchema,
      () => void heard.push("legacy"),
    );
    const modern = await connectV2(
      { url: url("/mcp/all", "ws") },
      { listChanged: { tools: { onChanged: () => void heard.push("modern") } } },
    );
    const emit = (): void => {
      const [tool] = served.gateway.catalog.tools();
      served.gateway.catalog.emitChange({
        server: tool!.server,
        added: [tool!],
        changed: [],
        removed: [],
      });
    };
    const bothHeard = () => {
      emit();
      return heard.includes("legacy") && heard.includes("modern");
    };
    // SDK clients wait for a pause before they tell, so changes must not come too thick.
    await waitFor(bothHeard, { what: "both clients to hear of the change", everyMs: 700 });
    expect(new Set(heard)).toEqual(new Set(["legacy", "modern"]));
    await legacy.close();
    await modern.close();
  });
});

const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

function post(
  path: string,
  body: { method: string; params?: { name?: string; [key: string]: unknown } },
  headers: Record<string, string> = {},
): Promise<Response> {
  const params = { _meta: ENVELOPE, ...body.params };
  return fetch(url(path), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": body.method,
      ...(params.name === undefined ? {} : { "mcp-name": params.name }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: body.method, params }),
  });
}

describe("modern HTTP", () => {
  it("discovers, and lists with a lifetime", async () => {
    const discovered = (await (await post("/mcp", { method: "server/discover" })).json()) as object;
    expect(discovered).toMatchObject({
      result: {
        resultType: "complete",
        supportedVersions: expect.arrayContaining(["2026-07-28", "2025-11-25"]),
        cacheScope: "private",
        _meta: { "io.modelcontextprotocol/serverInfo": { name: "switchboard" } },
      },
    });
    const listed = (await (await post("/mcp", { method: "tools/list" })).json()) as object;
    expect(listed).toMatchObject({
      result: { resultType: "complete", ttlMs: expect.any(Number), cacheScope: "private" },
    });
  });

  it.each([
    [{ "mcp-method": "tools/call" }, -32_020],
    [{ "mcp-protocol-version": "2025-06-18" }, -32_020],
    [{ "mcp-protocol-version": "1999-01-01" }, -32_022],
  ])("refuses headers that disagree: %j", async (headers, code) => {
    const answer = await post("/mcp", { method: "tools/list" }, headers);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code } });
  });

  it("answers 404 for unknown methods and 400 for a missing envelope", async () => {
    const unknown = await post("/mcp", { method: "nonsense/do" });
    expect([unknown.status, await unknown.json()]).toMatchObject([
      404,
      { error: { code: -32_601 } },
    ]);
    const bare = await post("/mcp", { method: "tools/list", params: { _meta: {} } });
    expect([bare.status, await bare.json()]).toMatchObject([400, { error: { code: -32_602 } }]);
  });

  it("acknowledges a subscription first", async () => {
    const answer = await post("/mcp/all", {
      method: "subscriptions/listen",
      params: { notifications: { toolsListChanged: true, promptsListChanged: true } },
    });
    const reader = answer.body!.getReader();
    const { value } = await reader.read();
    const text = Buffer.from(value ?? []).toString();
    expect(text).toContain("notifications/subscriptions/acknowledged");
    expect(text).toContain(`"notifications":{"toolsListChanged":true}`);
    await reader.cancel();
  });
});

describe("legacy HTTP", () => {
  const legacy = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url("/mcp"), {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const open = async (): Promise<string> => {
    const answer = await legacy({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: {} },
    });
    expect(await answer.json()).toMatchObject({ result: { protocolVersion: "2025-03-26" } });
    return answer.headers.get("mcp-session-id")!;
  };

  it("wants a session, and says 404 when it has ended", async () => {
    const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    expect((await legacy(list)).status).toBe(400);
    const session = { "mcp-session-id": await open() };
    expect((await legacy(list, session)).status).toBe(200);
    const ended = await fetch(url("/mcp"), { method: "DELETE", headers: session });
    expect(ended.status).toBe(204);
    expect((await legacy(list, session)).status).toBe(404);
  });

  it("answers batches and accepts notifications", async () => {
    const session = { "mcp-session-id": await open() };
    const ping = (id: number) => ({ jsonrpc: "2.0", id, method: "ping" });
    const answer = await legacy([ping(1), ping(2)], session);
    expect(await answer.json()).toEqual([
      { jsonrpc: "2.0", id: 1, result: {} },
      { jsonrpc: "2.0", id: 2, result: {} },
    ]);
    const notified = await legacy({ jsonrpc: "2.0", method: "notifications/initialized" }, session);
    expect(notified.status).toBe(202);
  });

  it.each([
    ["{", -32_700],
    ["[]", -32_600],
    [`{"id":1}`, -32_600],
  ])("refuses %s", async (body, code) => {
    const answer = await legacy(body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code } }]);
  });

  it("answers probes at once: a bare GET with 405, a large body with 413", async () => {
    expect((await fetch(url("/mcp"))).status).toBe(405);
    expect((await legacy(`"${"x".repeat(5_000_000)}"`)).status).toBe(413);
  });

  it("keeps sessions of one principal from another, and bounds their number", async () => {
    await served[Symbol.asyncDispose]();
    served = await serveMcpEdge({ maxSessions: 2 });
    const ids = [await open(), await open(), await open()];
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    const statuses: number[] = [];
    for (const id of ids) statuses.push((await legacy(ping, { "mcp-session-id": id })).status);
    expect(statuses).toEqual([404, 200, 200]);
  });
});

describe("a socket", () => {
  it("closes with 1003 on a binary frame and answers garbage with -32700", async () => {
    const socket = new WebSocket(url("/mcp", "ws"), "mcp");
    await once(socket, "open");
    socket.send("garbage");
    const [answer] = (await once(socket, "message")) as [Buffer];
    expect(JSON.parse(answer.toString())).toMatchObject({ error: { code: -32_700 } });
    socket.send(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`);
    const [refused] = (await once(socket, "message")) as [Buffer];
    expect(JSON.parse(refused.toString())).toMatchObject({ id: 1, error: { code: -32_602 } });
    socket.send(Buffer.from([1, 2, 3]));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1003);
    await waitFor(() => served.edge.connections === 0, { what: "the socket is gone" });
  });
});
