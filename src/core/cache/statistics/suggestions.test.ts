import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createCacheWorld,
  textAnswer,
  type CacheWorld,
  type Replica,
} from "../../../../test/support/cache-world.ts";

describe("suggestions", () => {
  let world: CacheWorld;
  let gateway: Replica;

  beforeEach(() => {
    world = createCacheWorld();
    gateway = world.replica();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const repeat = async (tool: string, times: number, everyMs: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      const asked = gateway.ask(tool, { args: '{"id":1}' });
      await world.clock.advance(everyMs);
      await asked;
    }
  };

  it("name tools whose identical calls kept answering alike, with the evidence", async () => {
    world.delayMs = 40;
    await repeat("users__get", 6, 20_000);
    expect(gateway.caches.suggest()).toEqual([
      {
        tool: "users__get",
        server: "users",
        name: "get",
        repeats: 5,
        alike: 5,
        medianGapMs: 20_000,
        longestAlikeMs: 100_000,
        suggestedTtlMs: 60_000,
        wouldHaveSavedMs: 200,
      },
    ]);
  });

  it("put those first that would have saved most", async () => {
    world.delayMs = 10;
    await repeat("users__get", 5, 1_000);
    world.delayMs = 90;
    await repeat("users__list", 5, 1_000);
    expect(gateway.caches.suggest().map(({ tool }) => tool)).toEqual(["users__list", "users__get"]);
  });

  it("leave out tools whose answers change, and those that were repeated too seldom", async () => {
    await repeat("users__list", 3, 1_000);
    world.answer = async () => textAnswer(`at ${world.clock.now()}`);
    await repeat("users__get", 10, 1_000);
    expect(gateway.caches.suggest()).toEqual([]);
  });

  it("say nothing of tools that are cached, may write, or are not to be cached", async () => {
    world.rules = { users: { ttlMs: 1, tools: { list: { ttlMs: 0 } } } };
    for (const tool of ["users__get", "users__set", "users__list"]) await repeat(tool, 10, 1_000);
    expect(gateway.caches.suggest()).toEqual([]);
  });

  it("are taken back when the operator has decided, and when the tool is gone", async () => {
    for (const tool of ["users__get", "files__get"]) await repeat(tool, 6, 1_000);
    expect(gateway.caches.suggest()).toHaveLength(2);
    world.rules = { users: { ttlMs: 0 } };
    expect(gateway.caches.suggest().map(({ tool }) => tool)).toEqual(["files__get"]);
    world.catalog.replaceTools("files" as never, []);
    expect(gateway.caches.suggest()).toEqual([]);
  });

  it("do not take the answers of one server for another's, however equal their tools", async () => {
    world.answer = async ({ server }) => textAnswer(server);
    for (let time = 0; time < 6; time++) {
      for (const tool of ["users__get", "files__get"]) await repeat(tool, 1, 1_000);
    }
    expect(gateway.caches.suggest().map(({ repeats }) => repeats)).toEqual([5, 5]);
  });

  it("cost little however many calls there are", async () => {
    for (let call = 0; call < 3_000; call++) {
      await gateway.ask("users__get", { args: `{"id":${call % 3}}` });
    }
    expect(gateway.caches.suggest()[0]?.repeats).toBe(497);
  });
});
