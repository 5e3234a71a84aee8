import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testKey } from "../support/api-keys.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { startLegacyHttpServer } from "../support/legacy-http-server.ts";
import { startRawHttpServer, startRawWsServer } from "../support/raw-server/index.ts";
import { sumOf } from "../support/metrics-text.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { connectV2 } from "../support/sdk-clients.ts";
import { untilState } from "../support/settled.ts";
import { runSwitchboard, switchboardEntry } from "../support/switchboard-entry.ts";
import { waitFor } from "../support/wait-for.ts";

/** One row of the table of failures: what is asked, and how it reaches each caller. */
type Row = {
  name: string;
  tool: string;
  args?: object;
  rest: { status: number; code?: string; body?: object; retryAfter?: boolean };
  /** The error in the result of call_tool; or, where it is none, the JSON-RPC error. */
  meta: { error?: object; rpc?: object; result?: object };
  /** The same at /mcp/all. */
  direct: { error?: object; rpc?: object; result?: object };
  exit: number;
};

const admin = testKey("admin", { role: "admin" });
const limited = testKey("limited", { deny: ["raw__write", "raw__echo"] });
const spender = testKey("spender", { tenant: "spenders" });
const closers: (() => Promise<unknown>)[] = [];
let daemon: Daemon;
let rest: RestClient;
let rawHttp: Awaited<ReturnType<typeof startRawHttpServer>>;

async function hold<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
  const resource = await starting;
  closers.push(async () => resource[Symbol.asyncDispose]());
  return resource;
}

beforeAll(async () => {
  const [raw, gone, tripped, locked, deadPort] = await Promise.all([
    hold(startRawHttpServer()),
    hold(startRawWsServer()),
    hold(startRawHttpServer()),
    hold(startLegacyHttpServer({ token: "not-this-one" })),
    freePort(),
  ]);
  rawHttp = raw;
  daemon = await hold(
    startDaemon({
      config: {
        gateway: { quota: { callsPerMinute: 300 } },
        // Every row is asked for several times: none may trip a circuit that another row reads.
        resilience: { circuit: { failureThreshold: 1_000 } },
        auth: {
          anonymous: "never",
          apiKeys: [admin, limited, spender].map((key) => key.entry),
        },
        mcpServers: {
          raw: { url: raw.url },
          slow: { url: raw.url, timeoutMs: 300, extendOnProgress: false },
          gone: { url: gone.url },
          tripped: { url: tripped.url },
          locked: { url: locked.url, headers: { Authorization: "Bearer wrong" } },
          dead: { url: `http://127.0.0.1:${deadPort}/mcp` },
        },
      },
    }),
  );
  rest = restClient(daemon.url, admin.token);
  await untilState(rest, ["raw", "gone", "tripped"]);
  await untilState(rest, ["locked"], "needs-auth");
  await gone.close();
  await rest.post("/v1/servers/tripped/circuit", { action: "open" });
}, 60_000);

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
}, 30_000);

const rows: Row[] = [
  {
    name: "an unknown tool",
    tool: "raw__ecoh",
    rest: {
      status: 404,
      code: "unknown-tool",
      body: { nearest: expect.arrayContaining(["raw__echo"]) },
    },
    meta: { error: { code: "unknown-tool", nearest: expect.arrayContaining(["raw__echo"]) } },
    direct: { rpc: { code: -32_602, message: expect.stringContaining("raw__echo") } },
    exit: 1,
  },
  {
    name: "arguments that do not fit",
    tool: "raw__progress",
    args: { steps: "many", ms: [] },
    rest: {
      status: 422,
      code: "invalid-arguments",
      body: { violations: [{ path: "/steps" }, { path: "/ms" }] },
    },
    meta: { error: { code: "invalid-arguments", violations: [{}, {}] } },
    direct: { error: { code: "invalid-arguments", violations: [{}, {}] } },
    exit: 2,
  },
  {
    name: "an open circuit",
    tool: "tripped__echo",
    rest: { status: 503, code: "circuit-open", body: { server: "tripped" }, retryAfter: true },
    meta: { error: { code: "circuit-open", retryAfterMs: expect.any(Number) } },
    direct: { error: { code: "circuit-open", retryAfterMs: expect.any(Number) } },
    exit: 4,
  },
  {
    name: "a server that has gone",
    tool: "gone__write",
    rest: { status: 503, code: "server-unavailable", body: { server: "gone" }, retryAfter: true },
    meta: { error: { code: "server-unavailable", retryAfterMs: expect.any(Number) } },
    direct: { error: { code: "server-unavailable", retryAfterMs: expect.any(Number) } },
    exit: 4,
  },
  {
    name: "a server that was never there",
    tool: "dead__anything",
    rest: { status: 503, code: "server-unavailable", body: { server: "dead" }, retryAfter: true },
    meta: { error: { code: "server-unavailable", server: "dead" } },
    direct: { error: { code: "server-unavailable", server: "dead" } },
    exit: 4,
  },
  {
    name: "a server that wants a login",
    tool: "locked__echo",
    rest: { status: 424, code: "needs-auth", body: { server: "locked" } },
    meta: { error: { code: "needs-auth", server: "locked" } },
    direct: { error: { code: "needs-auth", server: "locked" } },
    exit: 4,
  },
  {
    name: "a deadline",
    tool: "slow__hang",
    rest: { status: 504, code: "deadline-exceeded", body: { timeoutMs: 300 } },
    meta: { error: { code: "deadline-exceeded", timeoutMs: 300 } },
    direct: { error: { code: "deadline-exceeded", timeoutMs: 300 } },
    exit: 4,
  },
  {
    name: "an error of the server's own",
    tool: "raw__rpc_error",
    args: { code: -32_055 },
    rest: {
      status: 502,
      code: "upstream-protocol",
      body: { server: "raw", rpcCode: -32_055, rpcData: { why: "asked" } },
    },
    meta: { rpc: { code: -32_055, data: { why: "asked" } } },
    direct: { rpc: { code: -32_055, data: { why: "asked" } } },
    exit: 1,
  },
  {
    name: "an answer that breaks the protocol",
    tool: "raw__garbage",
    rest: { status: 502, code: "upstream-protocol", body: { server: "raw" } },
    meta: { rpc: { code: -32_603 } },
    direct: { rpc: { code: -32_603 } },
    exit: 1,
  },
];

async function ask(client: Client, name: string, args: object): Promise<Row["meta"]> {
  try {
    const result = await client.callTool({ name, arguments: { ...args } });
    const { ["switchboard/error"]: error } = (result["_meta"] ?? {}) as Record<string, object>;
    return error === undefined ? { result } : { error, result };
  } catch (error) {
    const { code, message, data } = error as { code: number; message: string; data: unknown };
    return { rpc: { code, message, data } };
  }
}

// Servers that fail again and again are left alone: one row must not answer for the next.
beforeEach(closeCircuits);

async function closeCircuits(): Promise<void> {
  for (const server of ["raw", "slow"]) {
    await rest.post(`/v1/servers/${server}/circuit`, { action: "reset" });
  }
}

describe.each(rows)("$name", ({ tool, args = {}, ...row }) => {
  it("is told over REST", async () => {
    const answer = await rest.call(tool, args);
    const { status, code, body, retryAfter = false } = row.rest;
    expect(answer).toMatchObject({ status, body: { code, status, ...body } });
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(answer.body).toMatchObject({ title: expect.any(String), detail: expect.any(String) });
    expect(answer.headers.has("retry-after")).toBe(retryAfter);
  });

  it("is told over MCP", async () => {
    const headers = { Authorization: `Bearer ${admin.token}` };
    const meta = await connectV2({ url: daemon.mcpUrl, headers });
    const told = await ask(meta, "call_tool", { id: tool, arguments: args });
    expect(told).toMatchObject({
      ...row.meta,
      ...(row.meta.error === undefined ? {} : { result: { isError: true } }),
    });
    await meta.close();
    await closeCircuits();
    const direct = await connectV2({ url: `${daemon.mcpUrl}/all`, headers });
    expect(await ask(direct, tool, args)).toMatchObject(row.direct);
    await direct.close();
  });

  it("ends the command with its code", async () => {
    const { code, stdout, stderr } = await runSwitchboard(
      ["call", tool, JSON.stringify(args), "--json"],
      {
        SWITCHBOARD_URL: daemon.url,
        SWITCHBOARD_API_KEY: admin.token,
      },
    );
    expect({ code, stdout }).toEqual({ code: row.exit, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({ code: row.rest.code });
  });
});

describe("a tool that says isError", () => {
  it("is an answer like any other", async () => {
    const server = await startLegacyHttpServer();
    await rest.post("/v1/servers", { id: "failing", url: server.url });
    const answer = await rest.call("failing__fail", { message: "out of paper" });
    expect(answer).toMatchObject({
      status: 200,
      body: { isError: true, content: [{ text: "out of paper" }] },
    });
    const headers = { Authorization: `Bearer ${admin.token}` };
    const client = await connectV2({ url: `${daemon.mcpUrl}/all`, headers });
    expect(await client.callTool({ name: "failing__fail", arguments: {} })).toMatchObject({
      isError: true,
    });
    await client.close();
    const command = await runSwitchboard(["call", "failing__fail", '{"message":"no paper"}'], {
      SWITCHBOARD_URL: daemon.url,
      SWITCHBOARD_API_KEY: admin.token,
    });
    expect(command).toMatchObject({ code: 1, stdout: expect.stringContaining("no paper") });
    await rest.send("DELETE", "/v1/servers/failing");
    await server.close();
  });
});

describe("a tool that the caller may not see", () => {
  it("is as unknown as one that is not there", async () => {
    const other = restClient(daemon.url, limited.token);
    for (const tool of ["raw__write", "raw__wrote"]) {
      const { status, body } = await other.call(tool);
      expect({ status, body }).toMatchObject({ status: 404, body: { code: "unknown-tool" } });
      expect(JSON.stringify(body.nearest)).not.toContain("raw__write");
    }
    const headers = { Authorization: `Bearer ${limited.token}` };
    const client = await connectV2({ url: `${daemon.mcpUrl}/all`, headers });
    expect(await ask(client, "raw__write", {})).toMatchObject({ rpc: { code: -32_602 } });
    await client.close();
    expect((await rest.call("raw__write")).status).toBe(200);
  });
});

describe("a caller", () => {
  it("without a key, or with a wrong one, is not let in", async () => {
    for (const token of [undefined, "sb_wrong"]) {
      const answer = await restClient(daemon.url, token).get("/v1/tools");
      expect(answer).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      const headers: Record<string, string> =
        token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const init = { jsonrpc: "2.0", id: 1, method: "tools/list" };
      const mcp = await fetch(daemon.mcpUrl, {
        method: "POST",
        body: JSON.stringify(init),
        headers: { "content-type": "application/json", ...headers },
      });
      expect(mcp.status).toBe(401);
      await expect(connectV2({ url: daemon.wsUrl, headers })).rejects.toThrow("401");
    }
    const env = { SWITCHBOARD_URL: daemon.url, SWITCHBOARD_API_KEY: "sb_wrong" };
    expect(await runSwitchboard(["tools"], env)).toMatchObject({ code: 3 });
  });

  it("may not do what its role does not allow", async () => {
    const other = restClient(daemon.url, limited.token);
    const refused = await other.post("/v1/servers", { id: "mine", url: "http://127.0.0.1:9" });
    expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect((await other.post("/v1/reload")).status).toBe(403);
    const env = { SWITCHBOARD_URL: daemon.url, SWITCHBOARD_API_KEY: limited.token };
    expect(await runSwitchboard(["reload"], env)).toMatchObject({ code: 3 });
    const headers = { Authorization: `Bearer ${limited.token}` };
    const client = await connectV2({ url: daemon.mcpUrl, headers });
    expect(await ask(client, "call_read_tool", { id: "raw__change_tools" })).toMatchObject({
      error: { code: "forbidden" },
      result: { isError: true },
    });
    await client.close();
  });

  it("may shorten the time of one call", async () => {
    const answer = await rest.call("raw__hang", {}, { timeoutMs: 120 });
    expect(answer).toMatchObject({ status: 504, body: { timeoutMs: 120 } });
    const env = { SWITCHBOARD_URL: daemon.url, SWITCHBOARD_API_KEY: admin.token };
    const words = ["call", "raw__hang", "--timeout", "150ms"];
    expect(await runSwitchboard(words, env)).toMatchObject({ code: 4 });
  });

  it("that has used up its quota is told when to come again; others are not held up", async () => {
    const other = restClient(daemon.url, spender.token);
    // The quota grows back all the time: it is spent all along.
    const spending = setInterval(() => {
      for (let call = 0; call < 10; call += 1) void other.call("raw__echo", { call });
    }, 50);
    try {
      const refused = await waitFor(
        async () => {
          const answer = await other.call("raw__echo");
          return answer.status === 200 ? undefined : answer;
        },
        { what: "a refusal" },
      );
      expect(refused).toMatchObject({ status: 429, body: { code: "rate-limited" } });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      const headers = { Authorization: `Bearer ${spender.token}` };
      const client = await connectV2({ url: daemon.mcpUrl, headers });
      const told = await waitFor(
        async () => {
          const answer = await ask(client, "call_tool", { id: "raw__echo" });
          return answer.error === undefined ? undefined : answer;
        },
        { what: "a refusal over MCP" },
      );
      expect(told).toMatchObject({
        error: { code: "rate-limited", retryAfterMs: expect.any(Number) },
        result: { isError: true },
      });
      await client.close();
      const env = { SWITCHBOARD_URL: daemon.url, SWITCHBOARD_API_KEY: spender.token };
      const command = await runSwitchboard(["call", "raw__echo"], env);
      expect(command).toMatchObject({ code: 1, stderr: expect.stringContaining("Too many calls") });
    } finally {
      clearInterval(spending);
    }
    expect((await rest.call("raw__echo")).status).toBe(200);
  });

  it("that leaves cancels its call: the server hears of it, and it counts as 499", async () => {
    const before = rawHttp.stats.cancelled["hang"] ?? 0;
    const calls = rawHttp.stats.calls["hang"] ?? 0;
    const leaving = new AbortController();
    const call = rest.call("raw__hang", {}, {}, { signal: leaving.signal });
    await waitFor(() => rawHttp.stats.calls["hang"] === calls + 1, { what: "the call" });
    leaving.abort();
    await expect(call).rejects.toThrow(/abort/i);
    await waitFor(() => rawHttp.stats.cancelled["hang"] === before + 1, { what: "cancellation" });
    const metrics = (await rest.get("/metrics")).text;
    const cancelled = { server: "raw", outcome: "cancelled" };
    expect(sumOf(metrics, "switchboard_tool_calls_total", cancelled)).toBe(1);
    const left = { status: "499" };
    expect(sumOf(metrics, "switchboard_http_request_duration_seconds_count", left)).toBe(1);
  });

  it("that interrupts its command cancels the call, and the command ends with 130", async () => {
    const seen = (counts: Record<string, number>) => counts["hang"] ?? 0;
    const before = { calls: seen(rawHttp.stats.calls), cancelled: seen(rawHttp.stats.cancelled) };
    const env = { SWITCHBOARD_URL: daemon.url, SWITCHBOARD_API_KEY: admin.token };
    const entry = switchboardEntry(["call", "raw__hang"], env);
    const command = spawn(entry.command, entry.args, { env: entry.env, stdio: "ignore" });
    const exited = once(command, "exit");
    await waitFor(() => seen(rawHttp.stats.calls) > before.calls, {
      what: "the call",
      timeoutMs: 10_000,
    });
    command.kill("SIGINT");
    expect((await exited)[0]).toBe(130);
    await waitFor(() => seen(rawHttp.stats.cancelled) > before.cancelled, { what: "cancellation" });
  });
});
