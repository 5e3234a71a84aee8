import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createToolWorld, REAL_TOOLS, type ToolWorld } from "../../../test/support/tool-world.ts";
import { waitFor } from "../../../test/support/wait-for.ts";
import { createBuiltinEmbedder } from "../../adapters/embedding/builtin/index.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { ANYONE } from "../../../test/support/tool-world.ts";
import type { Embedder, SearchAnswer } from "./index.ts";

const { signal } = new AbortController();

interface TestEmbedder extends Embedder {
  /** What goes wrong: nothing, documents, queries, or queries that never come back. */
  trouble: "none" | "documents" | "queries" | "silence" | "odd-rows" | "odd-query";
}

/** The builtin embedder under another name, that can be made to fail. */
function testEmbedder(id: string, trouble: TestEmbedder["trouble"] = "none"): TestEmbedder {
  const inner = createBuiltinEmbedder();
  const failure = () => new GatewayError("embedding-failed", "the service is down", { model: id });
  return {
    ...inner,
    trouble,
    model: { ...inner.model, id, fusionWeight: 1 },
    async embedDocuments(texts, options) {
      if (this.trouble === "documents") throw failure();
      const rows = await inner.embedDocuments(texts, options);
      return this.trouble === "odd-rows" ? rows.subarray(1) : rows;
    },
    embedQuery(text, options) {
      if (this.trouble === "queries") throw failure();
      if (this.trouble === "silence") return new Promise(() => undefined);
      if (this.trouble === "odd-query") return new Float32Array(3);
      return Promise.resolve(inner.embedQuery(text, options));
    },
  };
}

let world: ToolWorld;
beforeEach(async () => {
  world = await createToolWorld({ real: true });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

function search(query = "search users", from = world): Promise<SearchAnswer> {
  return from.discovery.search({ query }, ANYONE, signal);
}

describe("exchanging the embedder", () => {
  it("lets the new one answer once it has embedded every tool, and closes the old index", async () => {
    const using = world.discovery.useEmbedder(testEmbedder("better"));
    expect(world.discovery.status().model).toBe("builtin-hash-v1");
    expect(await using).toBe(true);
    expect(world.discovery.status()).toMatchObject({ model: "better", notes: [] });
    await waitFor(() => world.indexes[0]?.isDisposed, { what: "the old index to be closed" });
    expect(world.indexes[1]?.isDisposed).toBe(false);
    expect(await search()).toMatchObject({ mode: "hybrid" });
    await world.serve("users", { search_users: "Search users.", play_song: "Plays a song." });
    expect((await world.find("play a song", { mode: "dense" }))[0]).toBe("users__play_song");
  });

  it("keeps the one that answers while the new one fails, says why, and tries again", async () => {
    const clock = createFakeClock();
    await using other = await createToolWorld({ real: true, clock });
    const failing = testEmbedder("better", "documents");
    const using = other.discovery.useEmbedder(failing);
    await waitFor(() => other.discovery.status().notes.length === 2, { what: "the failure" });
    expect(other.discovery.status()).toMatchObject({
      model: "builtin-hash-v1",
      notes: [
        "Tools cannot be embedded with better (tried again): the service is down",
        "Tools are being embedded with better; until then builtin-hash-v1 answers.",
      ],
    });
    expect(await search("search users", other)).toMatchObject({ mode: "hybrid" });
    failing.trouble = "odd-rows";
    await clock.advance(1_000);
    await waitFor(() => other.discovery.status().notes[0]?.includes("numbers for 17 texts"), {
      what: "rows of the wrong length to be refused",
    });
    failing.trouble = "none";
    await clock.advance(2_000);
    expect(await using).toBe(true);
    expect(other.discovery.status()).toMatchObject({ model: "better", notes: [] });
  });

  it("lets the last of several win", async () => {
    const first = world.discovery.useEmbedder(testEmbedder("first"));
    const second = world.discovery.useEmbedder(testEmbedder("second"));
    expect(await Promise.all([first, second])).toEqual([false, true]);
    expect(world.discovery.status().model).toBe("second");
    await waitFor(() => world.indexes.filter((index) => !index.isDisposed).length === 1, {
      what: "all other indexes to be closed",
    });
  });

  it("answers while the side changes under a query", async () => {
    const slow = testEmbedder("slow");
    let release = (): void => undefined;
    slow.embedQuery = async (text, options) => {
      await new Promise<void>((resolve) => (release = resolve));
      return createBuiltinEmbedder().embedQuery(text, options);
    };
    await world.discovery.useEmbedder(slow);
    const answer = search();
    await world.discovery.useEmbedder(testEmbedder("quick"));
    release();
    expect(await answer).toMatchObject({ mode: "hybrid", abstained: false });
    expect((await answer).hits[0]?.tool.id).toBe("users__search_users");
  });

  it("says when no vector index can be made, and goes on with words", async () => {
    await using other = await createToolWorld({
      real: true,
      createVectorIndex: () => {
        throw new Error("no memory");
      },
    });
    expect(await search("search users", other)).toMatchObject({ mode: "lexical" });
    expect(other.discovery.status()).toEqual({
      indexedTools: 17,
      model: "builtin-hash-v1",
      dimension: 256,
      notes: ["No vector index could be made for builtin-hash-v1: no memory"],
    });
    await expect(other.discovery.useEmbedder(testEmbedder("x"))).rejects.toThrow(
      "No vector index could be made for x: no memory",
    );
  });
});

describe("an embedder in trouble", () => {
  it("leaves search by words when it cannot embed tools", async () => {
    await using other = await createToolWorld({
      real: true,
      embedder: testEmbedder("down", "documents"),
    });
    expect((await search("search users", other)).hits[0]?.tool.id).toBe("users__search_users");
    expect(await search("search users", other)).toMatchObject({ mode: "lexical" });
    expect(other.discovery.status().notes).toEqual([
      "Tools cannot be embedded with down (tried again): the service is down",
    ]);
  });

  it.each(["queries", "odd-query"] as const)(
    "is left alone for a while after it failed with %s",
    async (trouble) => {
      const clock = createFakeClock();
      const embedder = testEmbedder("shaky", trouble);
      await using other = await createToolWorld({ real: true, clock, embedder });
      expect(await search("search users", other)).toMatchObject({ mode: "lexical" });
      expect(other.discovery.status().notes[0]).toMatch(/^Queries cannot be embedded with shaky: /);
      embedder.trouble = "none";
      expect(await search("search users", other)).toMatchObject({ mode: "lexical" });
      await clock.advance(5_000);
      expect(await search("search users", other)).toMatchObject({ mode: "hybrid" });
      expect(other.discovery.status().notes).toEqual([]);
    },
  );

  it("is not waited for longer than the time limit", async () => {
    const clock = createFakeClock();
    const embedder = testEmbedder("mute", "silence");
    await using other = await createToolWorld({ real: true, clock, embedder });
    const answer = search("search users", other);
    await clock.advance(2_000);
    expect(await answer).toMatchObject({ mode: "lexical" });
    expect(clock.pending).toBe(0);
  });

  it("judges a tool by its words alone until it is embedded", async () => {
    const embedder = testEmbedder("shaky");
    const clock = createFakeClock();
    await using other = await createToolWorld({ embedder, clock });
    await other.serve("users", REAL_TOOLS["users"] ?? {});
    embedder.trouble = "documents";
    await other.serve("late", { find_people: "Finds people who work at a company." });
    const { hits, mode } = await other.discovery.search(
      { query: "find people who work at a company", explain: true },
      ANYONE,
      signal,
    );
    expect(mode).toBe("hybrid");
    expect(hits[0]?.tool.id).toBe("late__find_people");
    expect(Object.keys(hits[0]?.explain ?? {})).toEqual(["coverage", "cosine"]);
    expect(Object.keys(hits[1]?.explain ?? {})).toEqual(["coverage", "cosine", "dense"]);
  });
});
