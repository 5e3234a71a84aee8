import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import { sumOf } from "../support/metrics-text.ts";
import { startRawHttpServer, type RawHttpServer } from "../support/raw-server/index.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { connectV2 } from "../support/sdk-clients.ts";
import { untilState } from "../support/settled.ts";
import { readEvents } from "../support/sse.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { waitFor } from "../support/wait-for.ts";

let raw: RawHttpServer;
let reference: ReferenceServer;
let daemon: Daemon;
let rest: RestClient;
let client: Client;

beforeAll(async () => {
  [raw, reference] = await Promise.all([startRawHttpServer(), startModernHttpServer()]);
  daemon = await startDaemon({
    config: { mcpServers: { raw: { url: raw.url }, ref: { url: reference.url } } },
  });
  rest = restClient(daemon.url);
  await untilState(rest, ["raw", "ref"]);
  client = await connectV2({ url: daemon.mcpUrl });
}, 60_000);

afterAll(async () => {
  await client.close();
  await daemon[Symbol.asyncDispose]();
  await Promise.all([raw.close(), reference.close()]);
}, 30_000);

type ToolAnswer = {
  content: { text: string }[];
  structuredContent: Record<string, unknown>;
  _meta: Record<string, { handle: string; bytes: number }>;
};

async function call(name: string, args: object): Promise<ToolAnswer> {
  const result = await client.callTool({ name, arguments: { ...args } });
  return result as unknown as ToolAnswer;
}

describe("a result that is too large for a model's context", () => {
  const bytes = 700_000;

  it("is previewed over REST, and read on by its handle", async () => {
    const { body, text } = await rest.call("ref__big", { bytes });
    expect(text.length).toBeLessThan(100_000);
    const { handle, bytes: stored } = body.meta.handle as { handle: string; bytes: number };
    expect(stored).toBeGreaterThanOrEqual(bytes);
    let read = "";
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const page = await rest.get(`/v1/results/${handle}?offset=${offset}&limit=262144`);
      expect(page.status).toBe(200);
      read += page.body.text;
      offset = page.body.nextOffset;
    }
    expect(read).toContain("x".repeat(bytes));
    expect((await rest.get(`/v1/results/nothing`)).status).toBe(404);
  });

  it("is searched by JMESPath where it is JSON, and says so where it is not", async () => {
    const list = Array.from({ length: 9_000 }, (_, n) => ({ n, name: `entry ${n}` }));
    const structured = await rest.call("raw__bad_result", {
      result: JSON.stringify({ content: [], structuredContent: { list } }),
    });
    const { handle } = structured.body.meta.handle as { handle: string };
    const path = encodeURIComponent("structuredContent.list[?n==`8765`].name | [0]");
    expect((await rest.get(`/v1/results/${handle}?path=${path}`)).body.text).toBe('"entry 8765"');
    const broken = await rest.get(`/v1/results/${handle}?path=${encodeURIComponent("a[?")}`);
    expect(broken).toMatchObject({ status: 400, body: { code: "invalid-request" } });
    const plain = await rest.call("ref__big", { bytes });
    const url = `/v1/results/${plain.body.meta.handle.handle}?path=content`;
    expect(await rest.get(url)).toMatchObject({ status: 400, body: { code: "invalid-request" } });
  });

  it("is previewed by call_tool, and read on by read_result", async () => {
    const preview = await call("call_tool", { id: "ref__big", arguments: { bytes } });
    expect(JSON.stringify(preview).length).toBeLessThan(100_000);
    expect(preview.content[0]?.text).toContain("read_result");
    const { handle } = preview["_meta"]["switchboard/handle"]!;
    const page = await call("read_result", { handle, offset: 100, limit: 1_000 });
    expect(page.content[0]?.text).toContain("x".repeat(500));
    const unknown = await client.callTool({ name: "read_result", arguments: { handle: "gone" } });
    expect(unknown).toMatchObject({ isError: true });
  });

  it("is passed on whole where the client asked for the server itself", async () => {
    for (const [path, name] of [
      ["/all", "ref__big"],
      ["/servers/ref", "big"],
    ]) {
      const direct = await connectV2({ url: `${daemon.mcpUrl}${path}` });
      const result = await direct.callTool({ name: name!, arguments: { bytes } });
      const [block] = result.content as { text: string }[];
      expect(block?.text.length).toBe(bytes);
      await direct.close();
    }
  });

  it("is shown by the command line with how to read on", async () => {
    const env = { SWITCHBOARD_URL: daemon.url };
    const words = ["call", "ref__big", JSON.stringify({ bytes })];
    const { code, stdout, stderr } = await runSwitchboard(words, env);
    expect(code).toBe(0);
    expect(stdout.length).toBeLessThan(200_000);
    expect(stdout + stderr).toMatch(/v1\/results\//);
  });
});

describe("an Idempotency-Key", () => {
  const headers = { "idempotency-key": "order-17" };
  const write = (text: string, key = headers) =>
    rest.call("ref__write_note", { text }, {}, { headers: key });

  it("runs a write once, however often it is sent", async () => {
    const first = await write("once");
    const again = await write("once");
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(first.headers.has("idempotent-replayed")).toBe(false);
    expect(reference.stats.calls["write_note"]).toBe(1);
  });

  it("is refused for another call", async () => {
    const other = await write("something else");
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency-conflict" } });
  });

  it("lets two that come at once run once", async () => {
    const key = { "idempotency-key": "order-18" };
    const before = reference.stats.calls["write_note"] ?? 0;
    const answers = await Promise.all([write("both", key), write("both", key)]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(reference.stats.calls["write_note"]).toBe(before + 1);
  });
});

describe("a call that accepts an event stream", () => {
  const accept = { accept: "text/event-stream" };

  it("hears progress as it comes, and then the result", async () => {
    const answer = await rest.call("ref__slow", { ms: 60, steps: 3 }, {}, { headers: accept });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const events = readEvents(answer.text);
    expect(events.map((event) => event.event)).toEqual([
      "progress",
      "progress",
      "progress",
      "result",
    ]);
    expect(events[1]?.data).toMatchObject({ progress: 2, total: 3 });
    expect(events.at(-1)?.data).toMatchObject({
      structuredContent: { waitedMs: 60 },
      meta: { tool: "ref__slow" },
    });
  });

  it("hears of a failure as a problem", async () => {
    const answer = await rest.call("raw__hang", {}, { timeoutMs: 100 }, { headers: accept });
    expect(readEvents(answer.text).at(-1)).toMatchObject({
      event: "error",
      data: { code: "deadline-exceeded", status: 504 },
    });
  });

  it("cancels when it leaves", async () => {
    const before = reference.stats.cancelled["slow"] ?? 0;
    const leaving = new AbortController();
    const response = await fetch(`${daemon.url}/v1/tools/ref__slow/call`, {
      method: "POST",
      headers: { ...accept, "content-type": "application/json" },
      body: JSON.stringify({ arguments: { ms: 30_000, steps: 100 } }),
      signal: leaving.signal,
    });
    const { value } = await response.body!.getReader().read();
    expect(Buffer.from(value ?? []).toString()).toContain("progress");
    leaving.abort();
    await waitFor(() => reference.stats.cancelled["slow"] === before + 1, { what: "cancellation" });
  });
});

describe("identical reading calls at once", () => {
  it("ask the server once, and say so", async () => {
    const before = raw.stats.calls["sleep"] ?? 0;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => rest.call("raw__sleep", { ms: 300 })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(raw.stats.calls["sleep"]).toBe(before + 1);
    const caches = answers.map((answer) => answer.body.meta.cache as string);
    expect(caches.filter((cache) => cache === "coalesced")).toHaveLength(4);
  });
});

describe("metrics", () => {
  /** Those of DESIGN's names that this part of the product counts; the others come with theirs. */
  const names = [
    "tool_calls_total",
    "tool_call_duration_seconds_count",
    "tool_calls_in_flight",
    "upstream_attempts_total",
    "upstream_state",
    "upstream_reconnects_total",
    "circuit_state",
    "circuit_transitions_total",
    "retries_total",
    "shed_total",
    "coalesced_calls_total",
    "discovery_duration_seconds_count",
    "discovery_requests_total",
    "discovery_top_score_count",
    "discovery_tokens_saved_total",
    "index_tools",
    "index_rebuild_duration_seconds_count",
    "catalog_tools",
    "http_request_duration_seconds_count",
    "event_loop_delay_seconds",
  ];

  const read = async () => (await rest.get("/metrics")).text;
  const valueOf = (text: string, name: string, labels: Record<string, string> = {}) =>
    sumOf(text, `switchboard_${name}`, labels);

  it("are all declared, and move with what happens", async () => {
    const before = await read();
    expect(
      names.filter((name) => !before.includes(`switchboard_${name.replace("_count", "")}`)),
    ).toEqual([]);
    await rest.call("raw__echo");
    await rest.call("raw__echo", 5);
    await rest.post("/v1/tools/search", { query: "add two numbers" });
    await call("search_tools", { query: "add two numbers" });
    await rest.post("/v1/servers/raw/circuit", { action: "open" });
    const tripped = await read();
    await rest.call("raw__echo");
    await rest.post("/v1/servers/raw/circuit", { action: "reset" });
    const after = await read();
    const moved = (name: string, labels: Record<string, string> = {}) =>
      (valueOf(after, name, labels) ?? 0) - (valueOf(before, name, labels) ?? 0);
    expect(moved("tool_calls_total", { tool: "raw__echo", outcome: "result" })).toBe(1);
    expect(moved("tool_calls_total", { tool: "raw__echo", outcome: "circuit-open" })).toBe(1);
    expect(moved("upstream_attempts_total", { server: "raw", outcome: "result" })).toBe(1);
    expect(moved("tool_call_duration_seconds_count", { server: "raw" })).toBeGreaterThanOrEqual(1);
    expect(moved("discovery_requests_total")).toBe(2);
    expect(moved("discovery_top_score_count")).toBe(2);
    expect(moved("discovery_tokens_saved_total")).toBeGreaterThan(0);
    expect(moved("circuit_transitions_total", { server: "raw", to: "open" })).toBe(1);
    expect(valueOf(tripped, "circuit_state", { server: "raw", state: "open" })).toBe(1);
    expect(valueOf(after, "circuit_state", { server: "raw", state: "open" })).toBe(0);
    expect(valueOf(after, "upstream_state", { server: "raw", state: "ready" })).toBe(1);
    expect(valueOf(after, "tool_calls_in_flight", { server: "raw" })).toBe(0);
    const tools = (await rest.get("/v1/status")).body.tools as number;
    expect(valueOf(after, "index_tools")).toBe(tools);
    expect(valueOf(after, "catalog_tools")).toBe(tools);
    const searches = { route: "/v1/tools/search", status: "200" };
    expect(moved("http_request_duration_seconds_count", searches)).toBe(1);
  });

  it("are bounded, whatever callers ask for", async () => {
    const before = (await read()).split("\n").length;
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => rest.call(`nobody__tool_${index}`)),
    );
    await Promise.all(Array.from({ length: 50 }, (_, index) => rest.get(`/no/such/${index}`)));
    expect((await read()).split("\n").length).toBeLessThan(before + 60);
  });
});
