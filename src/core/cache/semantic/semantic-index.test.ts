import { array, asyncProperty, assert, constantFrom, integer, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { createRecordingLog } from "../../../../test/support/fakes/recording-log.ts";
import {
  createNaiveVectorIndex,
  type NaiveVectorIndex,
} from "../../../../test/support/naive-vector-index.ts";
import { createBuiltinEmbedder } from "../../../adapters/embedding/builtin/index.ts";
import { createFakeClock } from "../../../kernel/fake-clock.ts";
import { toRawJson } from "../../../kernel/raw-json.ts";
import type { Embedder } from "../../discovery/index.ts";
import type { SemanticPlace } from "../semantic-index.ts";
import { createSemanticIndex } from "./index.ts";

const { signal } = new AbortController();
const builtin = createBuiltinEmbedder();
const here = placeOf("one");

function placeOf(partition: string, server = "weather"): SemanticPlace {
  return { partition, server, threshold: 0.95 };
}

function rig(options: { maxEntriesPerServer?: number; maxEntries?: number } = {}) {
  const clock = createFakeClock();
  const log = createRecordingLog();
  const indexes: NaiveVectorIndex[] = [];
  let embedder: Embedder = builtin;
  const index = createSemanticIndex(
    { maxEntriesPerServer: 100, maxEntries: 200, ...options },
    {
      embedder: () => embedder,
      createVectorIndex(identity) {
        const made = createNaiveVectorIndex(identity);
        indexes.push(made);
        return made;
      },
      clock,
      log,
    },
  );
  return {
    index,
    clock,
    log,
    indexes,
    use: (other: Embedder) => void (embedder = other),
    add: (args: unknown, key: string, place = here) => index.add(place, toRawJson(args), key),
    find: (args: unknown, place = here) => index.find(place, toRawJson(args), signal),
  };
}

/** A model that finds all texts alike, and knows from when on that means something. */
function lenient(id: string): Embedder {
  return {
    model: { id, dimension: 2, abstainBelow: 0, sameMeaningAbove: 0.9 },
    embedDocuments: () => Promise.reject(new Error("unused")),
    embedQuery: () => Promise.resolve(Float32Array.of(0.6, 0.8)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

describe("the semantic index", () => {
  it("finds an earlier call that says the same, with its key, arguments and similarity", async () => {
    const { add, find } = rig();
    await add({ query: "weather in Oslo tomorrow", days: 1 }, "k1");
    const match = await find({ days: 1, query: "Could you show me the weather in Oslo tomorrow?" });
    expect(match?.key).toBe("k1");
    expect(match?.similarity).toBeCloseTo(1, 5);
    expect(match?.arguments.value()).toEqual({ query: "weather in Oslo tomorrow", days: 1 });
  });

  it.each([
    { query: "weather in Bergen tomorrow", days: 1 },
    { query: "weather in Oslo today", days: 1 },
    { query: "weather in Oslo tomorrow", days: 2 },
    { query: "weather in Oslo tomorrow" },
    { q: "weather in Oslo tomorrow", days: 1 },
    { query: ["weather in Oslo tomorrow"], days: 1 },
    ["weather in Oslo tomorrow"],
    null,
  ])("does not find it for %j", async (args) => {
    const { add, find } = rig();
    await add({ query: "weather in Oslo tomorrow", days: 1 }, "k1");
    expect(await find(args)).toBeUndefined();
  });

  it("compares every text argument by itself", async () => {
    const { add, find } = rig();
    await add({ from: "the harbour of Oslo", to: "the harbour of Bergen" }, "k1");
    expect(await find({ from: "The harbour of Oslo", to: "harbour of Bergen" })).toBeDefined();
    expect(
      await find({ from: "the harbour of Bergen", to: "the harbour of Oslo" }),
    ).toBeUndefined();
  });

  it("takes nothing up and finds nothing for bytes that are no JSON, or too many", async () => {
    const { index, add, find } = rig();
    const broken = { bytes: new Uint8Array(), value: () => JSON.parse("{") as never };
    await index.add(here, broken, "k1");
    await add({ query: "two words ".repeat(10_000) }, "k2");
    expect(index.size).toBe(0);
    expect(await index.find(here, broken, signal)).toBeUndefined();
    expect(await find({ query: "two words ".repeat(10_000) })).toBeUndefined();
  });

  it("never shows a call to another partition", async () => {
    const partitions = ["a", "b", "a\0b", '"', "a,b", ""];
    const queries = ["weather in Oslo", "rain in Rome", "the weather in Oslo?"];
    const call = tuple(constantFrom(...partitions), constantFrom(...queries), integer({ max: 1 }));
    await assert(
      asyncProperty(array(call, { maxLength: 12 }), call, async (calls, [partition, query, n]) => {
        const { add, find } = rig();
        for (const [place, [where, asked, count]] of calls.entries()) {
          await add({ query: asked, n: count }, `${place}:${where}`, placeOf(where));
        }
        const match = await find({ query, n }, placeOf(partition));
        const others = calls.filter(([where]) => where === partition);
        const allowed = new Set([undefined, ...others.map(([where]) => where)]);
        expect(allowed).toContain(match?.key.slice(match.key.indexOf(":") + 1));
      }),
    );
  });

  it("forgets a call whose entry is gone, and gives its place to another", async () => {
    const { index, indexes, add, find } = rig();
    await add({ query: "rain in Rome" }, "k1");
    index.remove("k1");
    index.remove("k1");
    expect(await find({ query: "rain in Rome" })).toBeUndefined();
    expect([index.size, index.bytes, indexes[0]?.size]).toEqual([0, 0, 0]);
    await add({ query: "snow in Graz" }, "k2");
    expect(indexes[0]?.vector(0)).toBeDefined();
  });

  it("keeps one entry for a key, the newest", async () => {
    const { index, indexes, add, find } = rig();
    await add({ query: "rain in Rome" }, "k1");
    await add({ query: "snow in Graz" }, "k1");
    expect([index.size, indexes[0]?.size]).toEqual([1, 1]);
    expect(await find({ query: "rain in Rome" })).toBeUndefined();
    expect(await find({ query: "snow in Graz" })).toMatchObject({ key: "k1" });
  });

  it("makes room by its oldest call, first within the server, then over all", async () => {
    const { index, add, find } = rig({ maxEntriesPerServer: 2, maxEntries: 3 });
    const other = placeOf("two", "mail");
    await add({ query: "mail from Ana" }, "m1", other);
    for (const day of ["Monday", "Tuesday", "Friday"]) await add({ query: `rain on ${day}` }, day);
    expect(index.size).toBe(3);
    expect(await find({ query: "rain on Monday" })).toBeUndefined();
    expect(await find({ query: "rain on Friday" })).toBeDefined();
    await add({ query: "mail from Ben" }, "m2", other);
    expect(await find({ query: "mail from Ana" }, other)).toBeUndefined();
    expect(index.size).toBe(3);
  });

  it("tells roughly what it takes", async () => {
    const { index, add } = rig();
    for (let at = 0; at < 10; at++) await add({ query: `row number ${at}` }, `k${at}`);
    expect(index.bytes).toBeGreaterThan(10 * builtin.model.dimension * 4);
    expect(index.bytes).toBeLessThan(10 * 4_000);
    index.clear();
    expect([index.size, index.bytes]).toEqual([0, 0]);
  });

  it("does not find calls below the threshold", async () => {
    const { add, find } = rig();
    await add({ query: "weather in Oslo" }, "k1");
    expect(await find({ query: "weather in Oslo" }, { ...here, threshold: 1.1 })).toBeUndefined();
  });
});

describe("the semantic index and its embedder", () => {
  it("lets a model that is calibrated judge words, but not entities", async () => {
    const { add, find, use } = rig();
    use(lenient("lenient"));
    await add({ query: "average delivery time in Poland" }, "k1");
    expect(await find({ query: "mean delivery time in Poland" })).toMatchObject({ key: "k1" });
    expect(await find({ query: "mean delivery time in Norway" })).toBeUndefined();
    expect(await find({ query: "mean delivery time of 3 in Poland" })).toBeUndefined();
  });

  it("forgets what another model has embedded", async () => {
    const { index, indexes, add, find, use } = rig();
    await add({ query: "rain in Rome" }, "k1");
    use(lenient("other"));
    expect(await find({ query: "rain in Rome" })).toBeUndefined();
    expect(index.size).toBe(0);
    await add({ query: "rain in Rome" }, "k2");
    expect(await find({ query: "rain in Rome" })).toMatchObject({ key: "k2" });
    expect(indexes.map((each) => each.identity.model)).toEqual(["builtin-hash-v1", "other"]);
    expect(indexes[0]?.isDisposed).toBe(true);
  });

  it("takes nothing up that was embedded by a model no longer in use", async () => {
    const { index, add, use } = rig();
    use(lenient("first"));
    const adding = add({ query: "rain in Rome" }, "k1");
    use(lenient("second"));
    await adding;
    expect(index.size).toBe(0);
  });

  it("finds nothing while the embedder fails, and asks it again after a rest", async () => {
    const { index, log, clock, add, find, use } = rig();
    use(lenient("m"));
    await add({ query: "rain in Rome" }, "k1");
    let asked = 0;
    const failing: Embedder["embedQuery"] = () => {
      asked += 1;
      throw new Error("no power");
    };
    const model = { ...lenient("broken"), embedQuery: failing };
    use(model);
    await add({ query: "rain in Rome" }, "k1");
    await add({ query: "snow in Rome" }, "k2");
    expect(await find({ query: "snow in Rome" })).toBeUndefined();
    expect([index.size, asked, log.lines.length]).toEqual([0, 1, 1]);
    await clock.advance(5_000);
    await add({ query: "snow in Rome" }, "k2");
    expect(asked).toBe(2);
  });

  it("does not wait long for an embedder that hangs", async () => {
    const { index, clock, add, find, use } = rig();
    const hanging = lenient("slow");
    let isHanging = false;
    const embedQuery: Embedder["embedQuery"] = () =>
      isHanging ? new Promise(() => undefined) : Float32Array.of(0.6, 0.8);
    use({ ...hanging, embedQuery });
    await add({ query: "rain in Rome" }, "k1");
    isHanging = true;
    const finding = find({ query: "snow in Rome" });
    await clock.advance(250);
    expect(await finding).toBeUndefined();
    expect([index.size, clock.pending]).toEqual([1, 0]);
  });

  it("finds nothing for a caller who has left", async () => {
    const { index, add, log } = rig();
    await add({ query: "rain in Rome" }, "k1");
    const gone = AbortSignal.abort(new Error("gone"));
    const args = toRawJson({ query: "rain in Rome" });
    expect(await index.find(here, args, gone)).toBeUndefined();
    expect(log.lines).toEqual([]);
  });

  it("takes up nothing in which the model finds nothing", async () => {
    const { index, add } = rig();
    await add({ query: "what is it that you do" }, "k1");
    expect(index.size).toBe(0);
  });

  it("opens no vector index before there is something to take up", async () => {
    const { indexes, index, find, add } = rig();
    expect(await find({ query: "rain in Rome" })).toBeUndefined();
    expect(indexes).toEqual([]);
    await add({ query: "rain in Rome" }, "k1");
    await index[Symbol.asyncDispose]();
    expect(indexes[0]?.isDisposed).toBe(true);
    await add({ query: "rain in Rome" }, "k1");
    expect(index.size).toBe(0);
  });
});
