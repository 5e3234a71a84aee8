import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScope } from "../../src/kernel/scope.ts";
import { testKey } from "../support/api-keys.ts";
import { startDaemon, type Daemon } from "../support/daemon.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { restClient, type RestClient } from "../support/rest-client.ts";
import { untilState } from "../support/settled.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { waitFor } from "../support/wait-for.ts";

const LONG_MS = 600_000;
const operator = testKey("operator", { role: "operator" });
const alice = testKey("alice", { tenant: "acme", deny: ["*__write_note"] });
const bob = testKey("bob", { tenant: "acme" });
const carol = testKey("carol", { tenant: "globex" });

const scope = createScope();
let reference: ReferenceServer;
let daemon: Daemon;
let rest: RestClient;

/** One server under several names, each cached in its own way. */
function configWith(more: object = {}): object {
  const { url } = reference;
  return {
    auth: {
      anonymous: "loopback",
      apiKeys: [operator, alice, bob, carol].map(({ entry }) => entry),
    },
    mcpServers: {
      own: { url, cache: { ttlMs: LONG_MS } },
      team: { url, cache: { ttlMs: LONG_MS, scope: "tenant" } },
      open: {
        url,
        cache: {
          ttlMs: LONG_MS,
          scope: "public",
          tools: { "read_*": { tags: ["notes"] }, write_note: { invalidates: ["notes"] } },
        },
      },
      near: { url, cache: { ttlMs: LONG_MS, semantic: { enabled: true, verifyRatio: 0 } } },
      plain: { url, ...more },
    },
  };
}

beforeAll(async () => {
  reference = scope.use(await startModernHttpServer());
  daemon = scope.use(await startDaemon({ config: configWith() }));
  rest = restClient(daemon.url);
  await untilState(rest, ["own", "team", "open", "near", "plain"]);
}, 60_000);

afterAll(() => scope[Symbol.asyncDispose]());

async function cacheOf(tool: string, args: object = {}, client = rest): Promise<string> {
  return (await client.call(tool, args)).body.meta.cache;
}

const commands = (...words: string[]) => runSwitchboard([...words, "--url", daemon.url]);

async function explained(tool: string, args?: object, client = rest) {
  return (await client.post("/v1/cache/explain", { tool, arguments: args })).body;
}

describe("callers", () => {
  const as = (key: { token: string }) => restClient(daemon.url, key.token);

  it("are given what their tenant, or everybody, was told only where the config says so", async () => {
    const seen: Record<string, string[]> = {};
    for (const [name, key] of Object.entries({ alice, bob, carol })) {
      const servers = ["own", "team", "open"];
      seen[name] = [];
      for (const server of servers) {
        seen[name].push(await cacheOf(`${server}__read_note`, {}, as(key)));
      }
    }
    expect(seen).toEqual({
      alice: ["miss", "miss", "miss"],
      bob: ["miss", "l1", "l1"],
      carol: ["miss", "miss", "l1"],
    });
    const keys = await Promise.all(
      [alice, bob, carol].map(async (key) => (await explained("team__echo", {}, as(key))).key),
    );
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  it("see only their own business", async () => {
    for (const path of ["/v1/cache", "/v1/cache/suggestions"]) {
      expect((await as(alice).get(path)).status).toBe(403);
      expect((await as(operator).get(path)).status).toBe(200);
    }
    expect((await as(alice).post("/v1/cache/invalidate", { tag: "notes" })).status).toBe(403);
    expect((await as(operator).post("/v1/cache/invalidate", { tag: "notes" })).status).toBe(200);
    const hidden = await as(alice).post("/v1/cache/explain", { tool: "own__write_note" });
    expect(hidden).toMatchObject({ status: 404, body: { code: "unknown-tool" } });
    expect((await explained("own__read_note", {}, as(alice))).key).toMatch(/^[\w-]{43}$/);
    const refused = await runSwitchboard(["cache", "stats", "--url", daemon.url], {
      SWITCHBOARD_API_KEY: alice.token,
    });
    expect(refused).toMatchObject({ code: 3, stdout: "" });
  });
});

describe("cache stats", () => {
  it("shows what a workload was spared", async () => {
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 3; n++) await cacheOf("own__slow", { ms: 30 + n, steps: 1 });
    }
    const run = await commands("cache", "stats");
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^own__slow +9 +3 +0 +75\.0% +\d/m);
    expect(run.stdout).toMatch(/^L1 memory +\d+ +\d+ +\d+\.\d% +\d+ answers, .* of 134 MB$/m);
    expect(run.stdout).toMatch(/cache\.mode is declared\.$/m);
    const { tools, l1 } = JSON.parse((await commands("cache", "stats", "--json")).stdout);
    const slow = tools.find(({ tool }: { tool: string }) => tool === "own__slow");
    expect(slow).toMatchObject({ hits: 9, misses: 3, stale: 0 });
    expect(slow.savedMs).toBeGreaterThanOrEqual(9 * 30);
    expect(l1.bytes).toBeGreaterThan(l1.entries * 500);
    const metrics = (await rest.get("/metrics")).text;
    for (const series of [
      'cache_requests_total{tier="l1",result="hit"}',
      'cache_requests_total{tier="l1",result="miss"}',
      'cache_bytes{tier="l1"}',
      'cache_entries{tier="l1"}',
      "cache_saved_seconds_total",
    ]) {
      const [, value] = metrics.split(`\nswitchboard_${series} `);
      expect(Number.parseFloat(value!)).toBeGreaterThan(0);
    }
  });
});

describe("cache explain", () => {
  it("says which setting decided, and gives a call's key", async () => {
    const known = await commands("cache", "explain", "open__read_note", '{"a":1}');
    expect(known.stdout).toMatch(/^why +The configuration of server "open" sets cache\.ttlMs/m);
    expect(known.stdout).toMatch(/^shared by +public$/m);
    expect(known.stdout).toMatch(/^tags +notes$/m);
    expect(known.stdout).toMatch(/^key +[\w-]{43}$/m);
    const plain = await explained("plain__read_note");
    expect(plain.policy).toMatchObject({ cached: false });
    expect(plain.uncachedReason).toContain('set cache.ttlMs for server "plain"');
    expect((await explained("open__write_note")).policy.invalidates).toEqual(["tag:notes"]);
    const big = '{"tool":"own__echo","arguments":{"n":9007199254740993}}';
    const { body } = await rest.post("/v1/cache/explain", big);
    expect(body.uncachedReason).toContain("rounded");
    const unknown = await commands("cache", "explain", "own__ecko");
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain("own__echo");
    expect((await rest.get("/v1/tools/open__read_note")).body.cache).toMatchObject({
      cached: true,
      tags: ["notes"],
      coalesced: true,
    });
  });
});

describe("cache invalidate", () => {
  const tools = ["own__read_note", "own__echo", "open__read_note"];
  const filled = async () => {
    for (const tool of tools) await cacheOf(tool);
    expect(await Promise.all(tools.map((tool) => cacheOf(tool)))).toEqual(["l1", "l1", "l1"]);
  };
  const gone = async (named: object): Promise<string[]> => {
    await filled();
    expect((await rest.post("/v1/cache/invalidate", named)).status).toBe(200);
    const after = await Promise.all(tools.map((tool) => cacheOf(tool)));
    return tools.filter((_, index) => after[index] === "miss");
  };

  it("makes void what is named, and nothing else", async () => {
    expect(await gone({ server: "own" })).toEqual(["own__read_note", "own__echo"]);
    expect(await gone({ tool: "own__echo" })).toEqual(["own__echo"]);
    expect(await gone({ server: "own", tool: "read_note" })).toEqual(["own__read_note"]);
    expect(await gone({ tag: "notes" })).toEqual(["open__read_note"]);
    expect(await gone({ key: (await explained("own__echo", {})).key })).toEqual(["own__echo"]);
    expect(await gone({ tag: "nobody's" })).toEqual([]);
  });

  it("does so from the command line", async () => {
    await filled();
    const run = await commands("cache", "invalidate", "--tool", "own__echo");
    expect(run).toMatchObject({ code: 0, stdout: "Cached answers are void: tool own__echo.\n" });
    expect(await cacheOf("own__echo")).toBe("miss");
  });

  it("is what a write does to the tags that it names", async () => {
    await filled();
    await rest.call("open__write_note", { text: "x" });
    expect(await cacheOf("open__read_note")).toBe("miss");
    expect(await cacheOf("own__read_note")).toBe("l1");
  });

  it("is told as an event", async () => {
    const stop = new AbortController();
    const { body } = await fetch(`${daemon.url}/v1/events?topics=cache`, { signal: stop.signal });
    const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    await rest.post("/v1/cache/invalidate", { tag: "told" });
    let text = "";
    while (!text.includes("tag:told")) text += (await reader.read()).value ?? "";
    expect(text).toContain("cache.invalidated");
    stop.abort();
  });
});

describe("cache suggest", () => {
  it("names what might be cached, and what it says to write makes it so", async () => {
    for (let time = 0; time < 6; time++) {
      await cacheOf("plain__slow", { ms: 20, steps: 1 });
      await cacheOf("plain__counter");
    }
    const told = await commands("cache", "suggest");
    expect(told.stdout).toMatch(/^plain__slow +5 +5 /m);
    expect(told.stdout).not.toContain("plain__counter");
    const rule = /put {2}cache: \{ tools: \{ slow: \{ ttlMs: (\d+) \} \} \} {2}into the entry of/;
    const ttlMs = Number(rule.exec(told.stdout)?.[1]);
    expect(ttlMs).toBeGreaterThanOrEqual(1_000);
    await daemon.writeConfig(configWith({ cache: { tools: { slow: { ttlMs: LONG_MS } } } }));
    await untilCached(true);
    const args = { ms: 20, steps: 1 };
    expect([await cacheOf("plain__slow", args), await cacheOf("plain__slow", args)]).toEqual([
      "miss",
      "l1",
    ]);
    expect(await cacheOf("plain__counter")).toBe("none");
  });

  it("is no longer so when the rule is taken out, and what was kept does not come back", async () => {
    const args = { ms: 20, steps: 1 };
    expect(await cacheOf("plain__slow", args)).toBe("l1");
    await cacheOf("own__echo", { text: "untouched" });
    await daemon.writeConfig(configWith());
    await untilCached(false);
    expect(await cacheOf("plain__slow", args)).toBe("none");
    await daemon.writeConfig(configWith({ cache: { ttlMs: LONG_MS, tags: ["other"] } }));
    await untilCached(true);
    expect(await cacheOf("plain__slow", args)).toBe("miss");
    expect(await cacheOf("own__echo", { text: "untouched" })).toBe("l1");
  });

  it("refuses rules that make no sense, and keeps those there are", async () => {
    await daemon.writeConfig(configWith({ cache: { ttlMs: -1, scoop: "public" } }));
    const { status, body } = await rest.post("/v1/reload");
    expect(status).toBe(422);
    expect(body.problems.join()).toMatch(/ttlMs.*scoop|scoop.*ttlMs/s);
    expect(body.problems.join()).toContain('"scope"');
    expect(await cacheOf("plain__slow", { ms: 20, steps: 1 })).toBe("l1");
  });

  function untilCached(cached: boolean): Promise<unknown> {
    const isSo = async () => (await explained("plain__slow")).policy.cached === cached;
    return waitFor(isSo, { what: "the rule to be taken up" });
  }
});

describe("calls that say the same", () => {
  const ask = async (text: string) => (await rest.call("near__echo", { text })).body;

  it("are answered alike, with what was first asked; those with another number are not", async () => {
    const first = "weather in Oslo for the next 3 days";
    expect((await ask(first)).meta.cache).toBe("miss");
    const near = await ask("Could you please show me the weather in Oslo for the next three days?");
    expect(near.meta).toMatchObject({
      cache: "l3",
      attempts: 0,
      cacheHit: { similarity: expect.any(Number), originalArguments: { text: first } },
    });
    expect(near.meta.cacheHit.similarity).toBeGreaterThanOrEqual(0.95);
    expect(near.structuredContent).toEqual({ text: first });
    for (const other of [
      "weather in Oslo for the next 4 days",
      "weather in Bergen for the next 3 days",
      "weather not in Oslo for the next 3 days",
    ]) {
      expect((await ask(other)).meta.cache).toBe("miss");
    }
    expect(await cacheOf("own__echo", { text: first })).toBe("miss");
    expect(await cacheOf("own__echo", { text: `please, ${first}` })).toBe("miss");
  });

  it("are told of by the command line", async () => {
    const { stdout } = await commands("cache", "explain", "near__echo");
    expect(stdout).toMatch(/^near calls +answered from a similarity of 0\.\d{3} on$/m);
    const stats = JSON.parse((await commands("cache", "stats", "--json")).stdout);
    expect(stats.l3).toMatchObject({ hits: 1, entries: expect.any(Number) });
  });

  it("are no longer answered after a write", async () => {
    await rest.call("near__write_note", { text: "x" });
    expect((await ask("Please show me the weather in Oslo for the next 3 days")).meta.cache).toBe(
      "miss",
    );
  });
});
