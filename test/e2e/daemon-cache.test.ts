import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createScope } from "../../src/kernel/scope.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import { startRawHttpServer, type RawHttpServer } from "../support/raw-server/index.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { connectV1, connectV2 } from "../support/sdk-clients.ts";
import { untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { waitFor } from "../support/wait-for.ts";

const LONG_MS = 600_000;
const HASTY_MS = 150;
const MAX_ENTRY_BYTES = 20_000;

const scope = createScope();
let notes: ReferenceServer;
let raw: RawHttpServer;
let daemon: Daemon;
let rest: RestClient;

beforeAll(async () => {
  notes = scope.use(await startModernHttpServer());
  raw = scope.use(await startRawHttpServer({ era: "both" }));
  daemon = scope.use(
    await startDaemon({
      config: {
        cache: { maxEntryBytes: MAX_ENTRY_BYTES, jitterRatio: 0, earlyRefresh: 0 },
        mcpServers: {
          notes: { url: notes.url, cache: { ttlMs: LONG_MS } },
          hasty: { url: notes.url, cache: { ttlMs: HASTY_MS, staleWhileRevalidateMs: LONG_MS } },
          raw: { url: raw.url },
          kept: { url: raw.url, cache: { ttlMs: LONG_MS } },
        },
      },
    }),
  );
  rest = restClient(daemon.url);
  await untilState(rest, ["notes", "hasty", "raw", "kept"]);
}, 60_000);

afterAll(() => scope[Symbol.asyncDispose]());

beforeEach(async () => {
  for (const server of ["notes", "hasty", "raw", "kept"]) {
    await rest.post("/v1/cache/invalidate", { server });
  }
});

/** How often a tool of the reference server has been called. */
const timesCalled = (tool: string): number => notes.stats.calls[tool] ?? 0;

/** What a cache had to do with a call over REST, and what it gave. */
async function call(tool: string, args: object = {}, more: object = {}) {
  const { status, body } = await rest.call(tool, args, more);
  const { cache, cacheHit } = body.meta ?? {};
  return { status, cache, cacheHit, text: body.content?.[0]?.text as string | undefined };
}

/** What is used here is the same in both generations. */
async function opened(making: ReturnType<typeof connectV1 | typeof connectV2>): Promise<Client> {
  const client = (await making) as Client;
  scope.defer(() => client.close());
  return client;
}

/** The same over MCP. */
async function callOver(client: Client, name: string, args: Record<string, unknown>) {
  const { _meta: meta } = await client.callTool({ name, arguments: args });
  return { cache: meta?.["switchboard/cache"], cacheHit: meta?.["switchboard/cacheHit"] };
}

describe("a repeated call", () => {
  it("is answered from memory through every door, once one of them has asked", async () => {
    const before = timesCalled("read_note");
    const hit = { cache: "l1", cacheHit: { ageMs: expect.any(Number) } };
    const args = { id: "notes__read_note", arguments: {} };
    const modern = await opened(connectV2({ url: daemon.mcpUrl }));
    expect(await callOver(modern, "call_tool", args)).toEqual({});
    expect(await callOver(modern, "call_tool", args)).toEqual(hit);
    expect(await callOver(modern, "call_read_tool", args)).toEqual(hit);
    expect(await call("notes__read_note")).toMatchObject(hit);
    for (const connect of [connectV1, connectV2]) {
      for (const [path, name] of [
        ["/all", "notes__read_note"],
        ["/servers/notes", "read_note"],
      ]) {
        const client = await opened(connect({ url: `${daemon.mcpUrl}${path}` }));
        expect(await callOver(client, name!, {})).toEqual(hit);
      }
    }
    const cli = await runSwitchboard(["call", "notes__read_note", "--json", "--url", daemon.url]);
    expect(JSON.parse(cli.stdout).meta).toMatchObject({ ...hit, attempts: 0 });
    expect(timesCalled("read_note")).toBe(before + 1);
  });

  it("grows older, and is one call however its arguments are written", async () => {
    const send = async (args: string) => {
      const path = "/v1/tools/notes__echo/call";
      return (await rest.post(path, `{"arguments":${args}}`)).body.meta;
    };
    expect(await send('{"text":"é","n":10}')).toMatchObject({ cache: "miss" });
    const { cacheHit } = await send('{ "n": 1.0e1, "text": "\\u00e9" }');
    const older = await waitFor(
      async () => {
        const { cacheHit: later } = await send('{"n":10,"text":"é"}');
        return later.ageMs > cacheHit.ageMs && later;
      },
      { what: "the answer to be older" },
    );
    expect(older.ageMs).toBeLessThan(LONG_MS);
    expect(await send('{"n":11,"text":"é"}')).toMatchObject({ cache: "miss" });
    expect(await send('{"n":10,"text":"é "}')).toMatchObject({ cache: "miss" });
  });

  it("with integers that would be rounded is asked again", async () => {
    const before = timesCalled("echo");
    const body = '{"arguments":{"n":9007199254740993}}';
    for (let time = 0; time < 2; time++) {
      const { body: answer } = await rest.post("/v1/tools/notes__echo/call", body);
      expect(answer.meta.cache).toBe("none");
    }
    expect(timesCalled("echo")).toBe(before + 2);
  });

  it("asks the server or does not, as the caller says", async () => {
    const only = await call("notes__read_note", {}, { cache: "only" });
    expect(only.status).toBe(404);
    expect(await call("notes__read_note", {}, { cache: "bypass" })).toMatchObject({
      cache: "bypass",
    });
    expect((await call("notes__read_note", {}, { cache: "only" })).status).toBe(404);
    notes.state.note = { text: "fresh", version: 9 };
    const refresh = await call("notes__read_note", {}, { cache: "refresh" });
    expect(refresh).toMatchObject({ cache: "miss", text: expect.stringContaining("fresh") });
    notes.state.note = { text: "fresher", version: 10 };
    for (const cache of ["default", "only"]) {
      expect(await call("notes__read_note", {}, { cache })).toMatchObject({
        cache: "l1",
        text: expect.stringContaining('"fresh"'),
      });
    }
    const bypass = await call("notes__read_note", {}, { cache: "bypass" });
    expect(bypass.text).toContain("fresher");
  });

  it("asks the server or does not, as an MCP client and the command line say", async () => {
    const client = await opened(connectV2({ url: `${daemon.mcpUrl}/servers/notes` }));
    const ask = (mode: string) =>
      client.callTool({
        name: "read_note",
        arguments: {},
        _meta: { "switchboard/cache": mode },
      });
    expect(await ask("only")).toMatchObject({ isError: true });
    await ask("refresh");
    expect(await ask("only")).toMatchObject({ _meta: { "switchboard/cache": "l1" } });
    await expect(ask("never")).rejects.toMatchObject({ code: -32_602 });
    const words = ["call", "notes__read_note", "--url", daemon.url, "--json", "--cache"];
    const { stdout } = await runSwitchboard([...words, "bypass"]);
    expect(JSON.parse(stdout).meta).toMatchObject({ cache: "bypass" });
  });
});

describe("a write", () => {
  it("is seen by the very next read", async () => {
    for (let version = 0; version < 20; version++) {
      await call("notes__read_note");
      const text = `text ${version}`;
      expect((await call("notes__write_note", { text })).cache).toBe("none");
      expect(await call("notes__read_note")).toMatchObject({
        cache: "miss",
        text: expect.stringContaining(text),
      });
    }
  });

  it("leaves what other servers said", async () => {
    await call("kept__echo");
    await call("notes__write_note", { text: "else" });
    expect(await call("kept__echo")).toMatchObject({ cache: "l1" });
  });
});

describe("a hundred callers at once", () => {
  it("make one call", async () => {
    const before = timesCalled("slow");
    const args = { ms: 300, steps: 1 };
    const answers = await Promise.all(Array.from({ length: 100 }, () => call("notes__slow", args)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers.filter(({ cache }) => cache === "miss")).toHaveLength(1);
    expect(timesCalled("slow")).toBe(before + 1);
    expect(await call("notes__slow", args)).toMatchObject({ cache: "l1" });
  });
});

describe("an answer past its time", () => {
  it("is still given while it is fetched anew", async () => {
    notes.state.note = { text: "old", version: 1 };
    expect(await call("hasty__read_note")).toMatchObject({ cache: "miss" });
    notes.state.note = { text: "new", version: 2 };
    const seen: Awaited<ReturnType<typeof call>>[] = [];
    await waitFor(
      async () => {
        const answer = await call("hasty__read_note");
        seen.push(answer);
        return answer.text?.includes("new");
      },
      { what: "the new note", everyMs: 60 },
    );
    expect(seen.every(({ cache }) => cache === "l1")).toBe(true);
    const stale = seen.filter(({ text }) => text?.includes("old"));
    expect(stale.at(-1)!.cacheHit.ageMs).toBeGreaterThanOrEqual(HASTY_MS);
  });
});

describe("what a server says of an answer", () => {
  const ask = (server: string, result: string) =>
    call(`${server}__bad_result`, { result }) as Promise<{ cache: string; status: number }>;
  const statusesOf = async (server: string, result: string): Promise<string[]> => [
    (await ask(server, result)).cache,
    (await ask(server, result)).cache,
  ];

  it("makes it one that is kept, for as long as it says", async () => {
    expect(await statusesOf("raw", '{"content":[]}')).toEqual(["none", "none"]);
    const answer = '{"content":[],"ttlMs":600000,"cacheScope":"private"}';
    expect(await statusesOf("raw", answer)).toEqual(["none", "l1"]);
    const { body } = await rest.post("/v1/cache/explain", { tool: "raw__bad_result" });
    expect(body.policy).toMatchObject({ cached: true, why: expect.stringContaining("ttlMs") });
    expect(await statusesOf("raw", '{"content":[],"ttlMs":0}')).toEqual(["miss", "miss"]);
    const short = '{"content":[],"ttlMs":100}';
    expect(await statusesOf("raw", short)).toEqual(["miss", "l1"]);
    await waitFor(async () => (await ask("raw", short)).cache === "miss", { what: "its end" });
  });

  it.each([
    ["a failure of the tool", '{"content":[],"isError":true,"ttlMs":600000}'],
    ["a failure in an odd form", '{"content":[],"isError":"yes"}'],
    ["an answer that is not complete", '{"content":[],"resultType":"partial"}'],
    ["an answer that is no result of a tool", '{"ttlMs":600000}'],
    ["an answer that holds for no time", '{"content":[],"ttlMs":0}'],
    ["an answer with a time that makes no sense", '{"content":[],"ttlMs":"long"}'],
  ])("is not overruled: %s is never kept", async (_name, result) => {
    expect(await statusesOf("kept", result)).toEqual(["miss", "miss"]);
  });

  it("is a failure: that is not kept either", async () => {
    const before = raw.stats.calls["rpc_error"] ?? 0;
    for (let time = 0; time < 2; time++) {
      expect((await call("kept__rpc_error", { code: -32_050 })).status).toBe(502);
    }
    expect(raw.stats.calls["rpc_error"]).toBe(before + 2);
  });

  it("asks back: the question is not kept", async () => {
    const question =
      '{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object","properties":{}}}}},"requestState":"s","ttlMs":600000}';
    const before = raw.stats.calls["bad_result"] ?? 0;
    for (let time = 0; time < 2; time++) expect((await ask("kept", question)).status).toBe(409);
    expect(raw.stats.calls["bad_result"]).toBe(before + 2);
  });

  it("is too long to be kept", async () => {
    const lengths = [MAX_ENTRY_BYTES - 1_000, MAX_ENTRY_BYTES + 1];
    for (const bytes of lengths) await call("notes__big", { bytes });
    const again = lengths.map((bytes) => call("notes__big", { bytes }));
    expect((await Promise.all(again)).map(({ cache }) => cache)).toEqual(["l1", "miss"]);
  });

  it("is void when it says that something has changed", async () => {
    for (const what of ["resources/updated", "resources/list_changed", "tools/list_changed"]) {
      await call("kept__echo", { text: what });
      expect(await call("kept__echo", { text: what })).toMatchObject({ cache: "l1" });
      raw.notify(`notifications/${what}`);
      await waitFor(async () => (await call("kept__echo", { text: what })).cache === "miss", {
        what: `the answer to be void after ${what}`,
      });
    }
  });
});

describe("searches", () => {
  it("find the same whatever is cached and void", async () => {
    const search = async () => {
      const { body } = await rest.post("/v1/tools/search", { query: "read the note", limit: 5 });
      return { ...body, tookMs: 0 };
    };
    const first = await search();
    expect(first.tools[0].id).toMatch(/__read_note$/);
    await call("notes__read_note");
    expect(await search()).toEqual(first);
    await call("notes__write_note", { text: "x" });
    await rest.post("/v1/cache/invalidate", { server: "notes" });
    expect(await search()).toEqual(first);
  });
});
