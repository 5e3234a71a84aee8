import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createCacheWorld,
  type CacheWorld,
  type Replica,
} from "../../../../test/support/cache-world.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createExactIndex } from "../../../adapters/vectors/exact/exact-index.ts";
import { createBuiltinEmbedder } from "../../../adapters/embedding/builtin/index.ts";
import { createSilentLogger } from "../../../kernel/log.ts";
import type { SemanticIndex } from "../semantic-index.ts";
import { createSemanticIndex } from "./index.ts";

const RULES = { ttlMs: 60_000, semantic: { enabled: true, verifyRatio: 0 } };

function asking(query: string): { args: string } {
  return { args: JSON.stringify({ query, limit: 5 }) };
}

describe("calls answered from the semantic cache", () => {
  let world: CacheWorld;
  let gateway: Replica;
  let semantic: SemanticIndex;

  beforeEach(() => {
    world = createCacheWorld({ users: RULES });
    const embedder = createBuiltinEmbedder();
    semantic = createSemanticIndex(
      { maxEntriesPerServer: 100, maxEntries: 100 },
      {
        embedder: () => embedder,
        createVectorIndex: (identity) => createExactIndex({ identity }),
        clock: world.clock,
        log: createSilentLogger(),
      },
    );
    gateway = world.replica({ semantic });
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await semantic[Symbol.asyncDispose]();
  });

  it("are those that ask the same in other words, with what they were asked like", async () => {
    expect(await gateway.ask("users__find", asking("the open orders of Contoso"))).toBe("v1 miss");
    world.version = 2;
    const again = asking("Could you please show me the open orders of Contoso?");
    const outcome = await gateway.call("users__find", again);
    const { cache, cacheHit } = outcome.meta;
    expect([cache, cacheHit?.similarity]).toEqual(["l3", expect.closeTo(1, 5)]);
    expect(cacheHit?.originalArguments?.value()).toMatchObject({
      query: "the open orders of Contoso",
    });
    expect(world.asked).toHaveLength(1);
  });

  it.each([
    "the closed orders of Contoso",
    "the 7 open orders of Contoso",
    "the open orders of Umbrella",
    "the open orders not of Contoso",
  ])("are not those that ask for something else: %s", async (query) => {
    await gateway.ask("users__find", asking("the open orders of Contoso"));
    expect(await gateway.ask("users__find", asking(query))).toBe("v1 miss");
    expect(world.asked).toHaveLength(2);
  });

  it("are not those of somebody else, another tool or another server", async () => {
    await gateway.ask("users__find", asking("the open orders of Contoso"));
    const again = asking("please show me the open orders of Contoso");
    expect(await gateway.ask("users__list", again)).toBe("v1 miss");
    expect(await gateway.ask("users__find", { ...again, principal: principal("q") })).toBe(
      "v1 miss",
    );
    world.rules = { users: RULES, files: RULES };
    expect(await gateway.ask("files__find", again)).toBe("v1 miss");
  });

  it("are none any more once a write has gone through", async () => {
    await gateway.ask("users__find", asking("the open orders of Contoso"));
    await gateway.ask("users__set");
    const again = asking("please show me the open orders of Contoso");
    expect(await gateway.ask("users__find", again)).toBe("v2 miss");
  });
});
