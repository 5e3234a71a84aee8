import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createCacheWorld,
  textAnswer,
  type CacheWorld,
  type Replica,
} from "../../../../test/support/cache-world.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import { rawJson, toRawJson } from "../../../kernel/raw-json.ts";

describe("a call of a cached tool", () => {
  let world: CacheWorld;
  let gateway: Replica;

  beforeEach(() => {
    world = createCacheWorld({ users: { ttlMs: 10_000 } });
    gateway = world.replica();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it("is answered by its server once, and then from memory, with the same bytes", async () => {
    const first = await gateway.call("users__get", { args: '{"id":1}' });
    await world.clock.advance(4_000);
    const second = await gateway.call("users__get", { args: ' {"id": 1.0}' });
    expect([first.meta.cache, second.meta.cache]).toEqual(["miss", "l1"]);
    expect(second.meta).toMatchObject({ attempts: 0, cacheHit: { ageMs: 4_000 } });
    expect(first.meta.cacheHit).toBeUndefined();
    const bytesOf = (outcome: typeof first): string =>
      outcome.kind === "result" ? Buffer.from(outcome.body.bytes).toString() : outcome.kind;
    expect(bytesOf(second)).toBe(bytesOf(first));
    expect(world.asked).toHaveLength(1);
  });

  it("is made once when many come together that differ in ignored arguments alone", async () => {
    world.rules = { users: { ttlMs: 10_000, ignoreArguments: ["requestId"] } };
    world.delayMs = 100;
    const wishes = [1, 2, 3, 3].map((id) =>
      gateway.ask("users__get", { args: `{"requestId":${id}}` }),
    );
    await world.clock.advance(200);
    expect(await Promise.all(wishes)).toEqual(["v1 miss", "v1 l1", "v1 l1", "v1 l1"]);
    expect(world.asked).toHaveLength(1);
  });

  it("is kept as bytes of its own, not as a piece of what came over the wire", async () => {
    const wire = Buffer.from('....{"content":[{"type":"text","text":"v1"}]}....');
    world.answer = async () => ({ kind: "result", body: rawJson(wire.subarray(4, -4)) });
    await gateway.ask("users__get");
    wire.fill(0x20);
    expect(await gateway.ask("users__get")).toBe("v1 l1");
  });

  it("goes to its server again when its time is over", async () => {
    await gateway.ask("users__get");
    await world.clock.advance(9_999);
    expect(await gateway.ask("users__get")).toBe("v1 l1");
    await world.clock.advance(1);
    expect(await gateway.ask("users__get")).toBe("v1 miss");
  });

  it("is another one with other arguments, of another tool, and of another caller", async () => {
    const wishes = [
      gateway.ask("users__get", { args: '{"id":1}' }),
      gateway.ask("users__get", { args: '{"id":2}' }),
      gateway.ask("users__get", { args: '{"id":"1"}' }),
      gateway.ask("users__list", { args: '{"id":1}' }),
      gateway.ask("users__get", { args: '{"id":1}', principal: principal("q") }),
      gateway.ask("users__get", { args: '{"id":1}', principal: principal("p", { tenant: "t" }) }),
    ];
    expect(await Promise.all(wishes)).toEqual(wishes.map(() => "v1 miss"));
    expect(world.asked).toHaveLength(6);
  });

  it("is answered afresh by bypass, which leaves the entry, and by refresh, which replaces it", async () => {
    await gateway.ask("users__get");
    world.version = 2;
    expect(await gateway.ask("users__get", { cache: "bypass" })).toBe("v2 bypass");
    expect(await gateway.ask("users__get")).toBe("v1 l1");
    expect(await gateway.ask("users__get", { cache: "refresh" })).toBe("v2 miss");
    expect(await gateway.ask("users__get")).toBe("v2 l1");
  });

  it("never reaches its server under only", async () => {
    expect(await gateway.ask("users__get", { cache: "only" })).toBe("not-cached miss");
    expect(await gateway.ask("files__get", { cache: "only" })).toBe("not-cached none");
    expect(await gateway.ask("users__set", { cache: "only" })).toBe("not-cached none");
    expect(world.asked).toEqual([]);
    await gateway.ask("users__get");
    expect(await gateway.ask("users__get", { cache: "only" })).toBe("v1 l1");
  });

  it("says why nothing is kept under only", async () => {
    const outcome = await gateway.call("users__set", { cache: "only" });
    expect(outcome.kind === "failure" && outcome.error.message).toMatch(
      /"users__set".*cache: "only".*read-only/,
    );
  });

  it("is not cached at all where its arguments have no one meaning", async () => {
    for (const args of ['{"id":9007199254740993}', '{"id":1,"id":2}', '{"id":"\\ud800"}']) {
      for (let time = 0; time < 2; time++) {
        expect(await gateway.ask("users__get", { args })).toBe("v1 none");
      }
      expect(await gateway.ask("users__get", { args, cache: "only" })).toBe("not-cached none");
    }
  });

  it("is not cached when it carries on an earlier call, or _meta that may count", async () => {
    const meta = (value: object) => toRawJson(value);
    await gateway.ask("users__get");
    expect(await gateway.ask("users__get", { requestState: "s" })).toBe("v1 none");
    expect(await gateway.ask("users__get", { inputResponses: meta({}) })).toBe("v1 none");
    expect(await gateway.ask("users__get", { meta: meta({ locale: "de" }) })).toBe("v1 none");
    expect(await gateway.ask("users__get", { meta: meta({ traceparent: "00-1" }) })).toBe("v1 l1");
  });

  it("is told apart by the _meta that the configuration names", async () => {
    world.rules = { users: { ttlMs: 10_000, vary: ["locale"] } };
    const speaking = (locale: string) => ({ meta: toRawJson({ progressToken: 1, locale }) });
    await gateway.ask("users__get", speaking("de"));
    expect(await gateway.ask("users__get", speaking("de"))).toBe("v1 l1");
    expect(await gateway.ask("users__get", speaking("en"))).toBe("v1 miss");
    expect(await gateway.ask("users__get")).toBe("v1 miss");
  });

  it("is one with calls that differ in ignored arguments only", async () => {
    world.rules = { users: { ttlMs: 10_000, ignoreArguments: ["requestId"] } };
    await gateway.ask("users__get", { args: '{"requestId":"a","id":1}' });
    expect(await gateway.ask("users__get", { args: '{"id":1,"requestId":"b"}' })).toBe("v1 l1");
    expect(await gateway.ask("users__get", { args: '{"id":2,"requestId":"a"}' })).toBe("v1 miss");
  });

  it("serves a caller that wants progress", async () => {
    await gateway.ask("users__get");
    expect(await gateway.ask("users__get", { onProgress: () => undefined })).toBe("v1 l1");
  });

  it.each([
    ["says isError", () => textAnswer("no", { isError: true })],
    ["says isError in another way than the protocol's", () => textAnswer("no", { isError: "yes" })],
    ["wants input", () => ({ ...textAnswer("more?"), kind: "input_required" as const })],
    ["says it is not complete", () => textAnswer("half", { resultType: "input_required" })],
    ["has no content", () => ({ kind: "result" as const, body: toRawJson({ value: 1 }) })],
    [
      "has content that is no list",
      () => ({ kind: "result" as const, body: toRawJson({ content: "x" }) }),
    ],
    ["is no object", () => ({ kind: "result" as const, body: toRawJson([]) })],
    ["is no JSON", () => ({ kind: "result" as const, body: rawJson(Buffer.from('{"content":[')) })],
    ["says that it holds for no time", () => textAnswer("now", { ttlMs: 0 })],
    ["says a time that makes no sense", () => textAnswer("now", { ttlMs: "long" })],
    ["is larger than an entry may be", () => textAnswer("x".repeat(2_000_000))],
  ])("keeps no answer that %s", async (_, answer) => {
    world.answer = async () => answer();
    await gateway.call("users__get");
    await gateway.call("users__get");
    expect(world.asked).toHaveLength(2);
    expect(gateway.caches.stats().l1.entries).toBe(0);
  });

  it("keeps results without content that have structured content of any kind", async () => {
    world.answer = async () => ({ kind: "result", body: toRawJson({ structuredContent: [1] }) });
    await gateway.call("users__get");
    expect((await gateway.call("users__get")).meta.cache).toBe("l1");
  });

  it("keeps no failure but that there is no such tool, and that briefly", async () => {
    const rpc = (rpcCode: number, message: string) => async () => {
      throw new GatewayError("upstream-protocol", message, { server: "users", rpcCode });
    };
    const others = ["id must be a number", "Tool get failed: user 7 not found"];
    for (const failing of [rpc(-32603, "broken"), ...others.map((text) => rpc(-32602, text))]) {
      world.answer = failing;
      await gateway.ask("users__get");
      expect(await gateway.ask("users__get")).toBe("upstream-protocol miss");
    }
    world.answer = rpc(-32602, "Unknown tool: get");
    await gateway.ask("users__get", { args: '{"id":1}' });
    const before = world.asked.length;
    expect(await gateway.ask("users__get", { args: '{"id":1}' })).toBe("upstream-protocol l1");
    expect(await gateway.ask("users__get", { args: '{"id":2}' })).toBe("upstream-protocol miss");
    expect(world.asked).toHaveLength(before + 1);
    gateway.caches.serverChanged("users" as never);
    expect(await gateway.ask("users__get")).toBe("upstream-protocol miss");
    await world.clock.advance(5_000);
    expect(await gateway.ask("users__get")).toBe("upstream-protocol miss");
  });

  it("is kept by whoever led when equal calls overlap, also if that one leaves", async () => {
    world.delayMs = 100;
    const leader = new AbortController();
    const asked = [gateway.ask("users__get", { signal: leader.signal }), gateway.ask("users__get")];
    await world.clock.advance(10);
    leader.abort();
    await world.clock.advance(200);
    expect(await Promise.all(asked)).toEqual(["cancelled", "v1 coalesced"]);
    expect(await gateway.ask("users__get")).toBe("v1 l1");
    expect(world.asked).toHaveLength(1);
  });

  it("never meets what was kept for another configuration of its server or its caching", async () => {
    await gateway.ask("users__get");
    const { spec } = world;
    world.spec = {
      ...spec,
      endpoints: [{ transport: "sse", url: "http://x", headers: { a: "1" } }],
    };
    expect(await gateway.ask("users__get")).toBe("v1 miss");
    world.spec = {
      ...spec,
      endpoints: [{ transport: "sse", url: "http://x", headers: { a: "2" } }],
    };
    expect(await gateway.ask("users__get")).toBe("v1 miss");
    world.spec = { ...spec, timeoutMs: 5_000 };
    expect(await gateway.ask("users__get")).toBe("v1 l1");
    world.rules = { users: { ttlMs: 20_000 } };
    expect(await gateway.ask("users__get")).toBe("v1 miss");
  });

  it("is not kept when its server's configuration changed while it was asked for", async () => {
    const { spec } = world;
    world.delayMs = 100;
    const asked = gateway.ask("users__get");
    await world.clock.advance(10);
    world.spec = { ...spec, endpoints: [{ transport: "sse", url: "http://x", headers: {} }] };
    await world.clock.advance(100);
    expect(await asked).toBe("v1 miss");
    world.spec = spec;
    world.delayMs = 0;
    expect(await gateway.ask("users__get")).toBe("v1 miss");
  });

  it("tells of hits, misses and what was saved, by tier and by tool", async () => {
    world.delayMs = 50;
    for (let time = 0; time < 3; time++) {
      const asked = gateway.ask("users__get");
      await world.clock.advance(100);
      await asked;
    }
    const { l1, savedMs, tools, mode } = gateway.caches.stats();
    expect(l1).toMatchObject({ hits: 2, misses: 1, entries: 1 });
    expect(l1.bytes).toBeGreaterThan(100);
    expect({ savedMs, mode }).toEqual({ savedMs: 100, mode: "declared" });
    expect(tools).toEqual([
      { tool: "users__get", hits: 2, misses: 1, coalesced: 0, stale: 0, savedMs: 100 },
    ]);
    const { metrics } = gateway;
    expect(metrics.sum("cacheRequests", { tier: "l1", result: "hit" })).toBe(2);
    expect(metrics.sum("cacheRequests", { tier: "l1", result: "miss" })).toBe(1);
    expect(metrics.sum("cacheSavedSeconds")).toBeCloseTo(0.1);
  });

  it("counts calls that share one under way apart from misses, also where it looks further", async () => {
    world.rules = { users: { ttlMs: 1_000 }, files: { ttlMs: 1_000, scope: "tenant" } };
    world.delayMs = 50;
    for (const tool of ["users__get", "files__get"]) {
      const asked = Promise.all([1, 2, 3].map(() => gateway.ask(tool)));
      await world.clock.advance(100);
      expect((await asked).toSorted()).toEqual(["v1 coalesced", "v1 coalesced", "v1 miss"]);
    }
    const { l1, tools } = gateway.caches.stats();
    expect(l1).toMatchObject({ hits: 0, misses: 2 });
    for (const tool of tools) expect(tool).toMatchObject({ hits: 0, misses: 1, coalesced: 2 });
    expect(gateway.metrics.sum("cacheRequests", { tier: "l1", result: "miss" })).toBe(2);
  });
});
