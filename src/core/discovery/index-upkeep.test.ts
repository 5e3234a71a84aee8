import { array, assert, asyncProperty, constantFrom, record, subarray } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createToolWorld, REAL_TOOLS, type ToolWorld } from "../../../test/support/tool-world.ts";
import { createBuiltinEmbedder } from "../../adapters/embedding/builtin/index.ts";
import type { ServerId } from "../catalog/index.ts";
import { createMemoryEmbeddingStore, type Embedder } from "./index.ts";

/** The builtin embedder, counting the documents it embeds. */
function countingEmbedder(): Embedder & { readonly embedded: string[] } {
  const inner = createBuiltinEmbedder();
  const embedded: string[] = [];
  return {
    ...inner,
    embedded,
    embedDocuments(texts, options) {
      embedded.push(...texts.map((text) => text.split("\n")[0] ?? ""));
      return inner.embedDocuments(texts, options);
    },
  };
}

let world: ToolWorld;
let embedder: ReturnType<typeof countingEmbedder>;
beforeEach(async () => {
  embedder = countingEmbedder();
  world = await createToolWorld({ embedder });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

/** What is embedded of servers, for routing, does not count here. */
const tools = (): string[] => embedder.embedded.filter((line) => !/^(\S+): \1$/.test(line));

describe("following the catalogue", () => {
  it("finds tools as they come, change and go", async () => {
    expect(await world.find("search users")).toEqual([]);
    await world.serve("users", REAL_TOOLS["users"] ?? {});
    expect((await world.find("search users"))[0]).toBe("users__search_users");
    await world.serve("users", { search_users: "Plays a song.", get_user: "Get one user." });
    expect(await world.find("play a song")).toContain("users__search_users");
    expect(await world.find("company email")).not.toContain("users__search_users");
    await world.serve("users", { get_user: "Get one user." });
    expect(await world.find("search users")).toEqual(["users__get_user"]);
    expect(world.discovery.status().indexedTools).toBe(1);
    expect(world.indexes[0]?.size).toBe(1);
  });

  it("does not find a removed tool from that moment, nor another by its old text", async () => {
    await world.serve("users", { search_users: "Search users by company." });
    world.catalog.removeServer("users" as ServerId);
    expect(await world.find("search users by company")).toEqual([]);
    world.catalog.setServer("weather" as ServerId, { tags: [], allow: [], deny: [] });
    await world.serve("weather", { get_forecast: "Forecasts the weather." });
    expect(await world.find("search users by company")).not.toContain("users__search_users");
    expect(await world.find("weather forecast")).toEqual(["weather__get_forecast"]);
  });

  it("embeds what is new, and nothing twice", async () => {
    await world.serve("users", { a_one: "First.", b_two: "Second." });
    expect(tools()).toEqual(["users: a one", "users: b two"]);
    await world.serve("users", { a_one: "First.", b_two: "Second, changed.", c_three: "Third." });
    expect(tools().slice(2).toSorted()).toEqual(["users: b two", "users: c three"]);
    await world.serve("users", { a_one: "First." }, { description: "Other words" });
    expect(tools()).toHaveLength(4);
  });

  it("takes embeddings from the store where it has them", async () => {
    await using store = createMemoryEmbeddingStore({ maxEntries: 100 });
    for (const expected of [5, 0]) {
      const counting = countingEmbedder();
      await using other = await createToolWorld({ embedder: counting, store });
      await other.serve("users", REAL_TOOLS["users"] ?? {});
      const own = counting.embedded.filter((line) => !line.endsWith(": users"));
      expect(own).toHaveLength(expected);
      expect((await other.find("search users", { mode: "dense" }))[0]).toBe("users__search_users");
    }
  });

  it("takes up what the catalogue held before it was there", async () => {
    await using full = await createToolWorld({ real: true });
    expect(full.discovery.status()).toEqual({
      indexedTools: 17,
      model: "builtin-hash-v1",
      dimension: 256,
      index: "exact",
      notes: [],
    });
  });

  it("lets the event loop turn while it takes up thousands of tools", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, at) => [`tool_${at}`, `Does the thing number ${at}.`]),
    );
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    await world.serve("many", many);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(5);
    expect(world.discovery.status().indexedTools).toBe(3_000);
    expect((await world.find("tool 1234"))[0]).toBe("many__tool_1234");
  });

  it("answers after any changes as an index built anew would", async () => {
    const text = subarray("search users file delete issue weather report graph mail".split(" "));
    const change = record({
      server: constantFrom("alpha", "beta", "gamma"),
      tools: array(record({ name: constantFrom("a", "b", "c", "d"), words: text }), {
        maxLength: 4,
      }),
    });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        await using grown = await createToolWorld();
        const standing = new Map<string, Record<string, string>>();
        for (const { server, tools: list } of changes) {
          const texts = Object.fromEntries(list.map(({ name, words }) => [name, words.join(" ")]));
          standing.set(server, texts);
          await grown.serve(server, texts);
        }
        await using fresh = await createToolWorld();
        for (const [server, texts] of [...standing].toReversed()) await fresh.serve(server, texts);
        for (const query of ["search users", "delete the weather report", "graph"]) {
          const more = { limit: 100 };
          expect(await grown.find(query, more)).toEqual(await fresh.find(query, more));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("stops with what owns it", async () => {
    await world.serve("users", REAL_TOOLS["users"] ?? {});
    world.catalog.removeServer("users" as ServerId);
    await world.discovery[Symbol.asyncDispose]();
    expect(world.indexes.map((index) => index.isDisposed)).toEqual([true]);
    world.catalog.setServer("late" as ServerId, { tags: [], allow: [], deny: [] });
    await world.discovery.settled();
  });
});
