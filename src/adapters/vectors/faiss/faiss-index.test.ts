import { afterEach, describe, expect, it } from "vitest";
import { createFakeClock } from "../../../kernel/fake-clock.ts";
import { differences, nearest, slotsOf, unitVectors } from "../vector-samples.contract.ts";
import type { FaissEvent } from "./faiss-events.ts";
import { createFaissIndex, type FaissIndex, type FaissIndexOptions } from "./faiss-index.ts";
import { watchFaiss } from "./watched-faiss.contract.ts";

const DIMENSION = 16;
const identity = { model: "test", dimension: DIMENSION };
const vectorsOf = (count: number, seed: number) =>
  unitVectors(count, { dimension: DIMENSION, seed });
const query = vectorsOf(1, 77);
const rowsOf = (vectors: Float32Array) =>
  Array.from(
    { length: vectors.length / DIMENSION },
    (_, slot) => [slot, vectors.subarray(slot * DIMENSION, (slot + 1) * DIMENSION)] as const,
  );

const made: FaissIndex[] = [];
afterEach(async () => {
  for (const index of made.splice(0)) await index[Symbol.asyncDispose]();
});

async function setUp(options: Partial<FaissIndexOptions> = {}) {
  const [watched, clock, events] = [watchFaiss(DIMENSION), createFakeClock(), [] as FaissEvent[]];
  const index = await createFaissIndex(
    { identity, ...options },
    { library: watched.library, clock, report: (event) => void events.push(event) },
  );
  made.push(index);
  const told = (type: FaissEvent["type"]) => events.filter((event) => event.type === type);
  return { index, watched, clock, told };
}

describe("the FAISS index, flat", () => {
  it("answers by the exact scan until FAISS has taken everything in, then by FAISS", async () => {
    const { index, watched } = await setUp();
    index.upsert(slotsOf(500), vectorsOf(500, 1));
    expect(index.state).toEqual({
      layout: "flat",
      answering: "exact",
      waiting: 500,
      tombstones: 0,
    });
    expect(index.search(query, 5).slots).toHaveLength(5);
    expect(watched.searched()).toBe(0);
    await index.settled();
    expect(index.state).toEqual({ layout: "flat", answering: "faiss", waiting: 0, tombstones: 0 });
    expect(index.search(query, 5).slots).toHaveLength(5);
    expect([watched.added(), watched.searched()]).toEqual([500, 1]);
  });

  it("takes in vectors without being waited for", async () => {
    const { index } = await setUp();
    index.upsert(slotsOf(50), vectorsOf(50, 1));
    await expect.poll(() => index.state.answering, { timeout: 5_000 }).toBe("faiss");
  });

  it("leaves masked and very long answers to the exact scan", async () => {
    const { index, watched } = await setUp();
    index.upsert(slotsOf(1_100), vectorsOf(1_100, 1));
    await index.settled();
    index.search(query, 5, new Uint8Array(1_100).fill(1));
    index.search(query, 1_100);
    expect(watched.searched()).toBe(0);
  });

  it("does not take in again what it already holds", async () => {
    const { index, watched } = await setUp();
    index.upsert(slotsOf(50), vectorsOf(50, 1));
    await index.settled();
    index.upsert(slotsOf(50), vectorsOf(50, 1));
    expect(index.state.waiting).toBe(0);
    expect(watched.added()).toBe(50);
  });

  it("finds the nearest that are left when all that FAISS proposes has been removed", async () => {
    const { index, watched } = await setUp({ rebuildAboveRatio: 0.9 });
    const vectors = vectorsOf(400, 3);
    index.upsert(slotsOf(400), vectors);
    await index.settled();
    const gone = index.search(query, 60).slots;
    index.remove(gone);
    expect(index.state).toMatchObject({ answering: "faiss", tombstones: 60 });
    const left = rowsOf(vectors).filter(([slot]) => !gone.includes(slot));
    expect(differences(index.search(query, 10), nearest(left, query, 10))).toEqual([]);
    expect(watched.searched()).toBe(2);
  });
});

describe("the FAISS index, rebuilding", () => {
  it("is made anew once tombstones pass their share and the delay is over, not before", async () => {
    const { index, clock, told } = await setUp({ rebuildAboveRatio: 0.5, rebuildDelayMs: 1_000 });
    index.upsert(slotsOf(200), vectorsOf(200, 1));
    await index.settled();
    index.remove(slotsOf(100));
    await clock.advance(5_000);
    expect(index.state.tombstones).toBe(100);
    index.remove(Uint32Array.of(100));
    await clock.advance(999);
    expect(told("rebuild-started")).toEqual([]);
    await clock.advance(1);
    await index.settled();
    expect(index.state).toEqual({ layout: "flat", answering: "faiss", waiting: 0, tombstones: 0 });
    expect(told("rebuild-started")).toEqual([
      { type: "rebuild-started", reason: "101 of 200 rows are tombstones", layout: "flat" },
    ]);
    expect(told("rebuilt")).toMatchObject([{ type: "rebuilt", layout: "flat", vectors: 99 }]);
  });

  it("takes in what changes while it is being made", async () => {
    const { index } = await setUp({ hnswAbove: 0 });
    index.upsert(slotsOf(300), vectorsOf(300, 1));
    const final = vectorsOf(300, 2);
    for (let slot = 0; slot < 300; slot += 3) {
      index.upsert(Uint32Array.of(slot), final.subarray(slot * DIMENSION, (slot + 1) * DIMENSION));
      index.remove(Uint32Array.of(slot + 1));
      if (slot % 30 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await index.settled();
    const first = rowsOf(vectorsOf(300, 1));
    const stored = rowsOf(final).flatMap(([slot, row]) => {
      if (slot % 3 === 0) return [[slot, row] as const];
      return slot % 3 === 1 ? [] : [first[slot] ?? ([slot, row] as const)];
    });
    expect(index.size).toBe(200);
    expect(differences(index.search(query, 20), nearest(stored, query, 20))).toEqual([]);
  });

  it("stops at once, and reports nothing more, when it is disposed half-way", async () => {
    const { index, told, watched } = await setUp({ hnswAbove: 0 });
    index.upsert(slotsOf(3_000), vectorsOf(3_000, 1));
    await expect.poll(() => watched.added(), { timeout: 5_000 }).toBeGreaterThan(0);
    await index[Symbol.asyncDispose]();
    const added = watched.added();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(watched.added()).toBe(added);
    expect(added).toBeLessThan(3_000);
    expect(told("rebuilt")).toEqual([]);
  });
});

describe("the FAISS index, HNSW", () => {
  it("becomes a graph past hnswAbove, and flat again once it has shrunk far enough", async () => {
    const { index, watched } = await setUp({ hnswAbove: 150, hnswLinks: 8, hnswBreadth: 32 });
    index.upsert(slotsOf(150), vectorsOf(150, 1));
    await index.settled();
    expect(index.state.layout).toBe("flat");
    index.upsert(Uint32Array.of(150), query);
    expect(index.state.answering).toBe("exact");
    await index.settled();
    expect(index.state).toMatchObject({ layout: "hnsw-8-32", answering: "faiss" });
    expect([...index.search(query, 1).slots]).toEqual([150]);
    expect(watched.searched()).toBe(1);
    index.remove(slotsOf(100));
    await index.settled();
    expect(index.state).toMatchObject({ layout: "flat", answering: "faiss", tombstones: 0 });
  });

  it("finds more the broader it searches", async () => {
    const vectors = vectorsOf(3_000, 5);
    const recallAt = async (hnswBreadth: number): Promise<number> => {
      const { index, watched } = await setUp({ hnswAbove: 0, hnswLinks: 4, hnswBreadth });
      index.upsert(slotsOf(3_000), vectors);
      await index.settled();
      const found = Array.from({ length: 50 }, (_, seed) => {
        const asked = vectorsOf(1, seed + 100);
        const truth = index.search(asked, 10, new Uint8Array(3_000).fill(1)).slots;
        return index.search(asked, 10).slots.filter((slot) => truth.includes(slot)).length;
      });
      expect(watched.searched()).toBe(50);
      return found.reduce((sum, count) => sum + count, 0) / 500;
    };
    const [narrow, broad] = [await recallAt(16), await recallAt(256)];
    expect(broad).toBeGreaterThan(0.95);
    expect(broad).toBeGreaterThan(narrow);
  });
});

describe("the FAISS index, when FAISS fails", () => {
  it.each(["add", "search"] as const)("says so and answers exactly (%s)", async (method) => {
    const { index, watched, told } = await setUp();
    const vectors = vectorsOf(100, 1);
    index.upsert(slotsOf(50), vectors.subarray(0, 50 * DIMENSION));
    await index.settled();
    watched.breakDown(method);
    index.upsert(slotsOf(100), vectors);
    for (let round = 0; round < 2; round++) {
      await index.settled();
      expect(differences(index.search(query, 9), nearest(rowsOf(vectors), query, 9))).toEqual([]);
    }
    expect(index.state).toMatchObject({ layout: "none", answering: "exact" });
    expect(told("failed")).toEqual([{ type: "failed", error: new Error(`${method} broke down`) }]);
  });

  it("does not use a graph that it cannot tune", async () => {
    const { library } = watchFaiss(DIMENSION);
    const events: FaissEvent[] = [];
    const fromFactory: typeof library.Index.fromFactory = (...args) => ({
      ...library.Index.fromFactory(...args),
      toBuffer: () => Buffer.alloc(400, 3),
    });
    const index = await createFaissIndex(
      { identity, hnswAbove: 10 },
      {
        library: { Index: { ...library.Index, fromFactory } },
        clock: createFakeClock(),
        report: (event) => void events.push(event),
      },
    );
    index.upsert(slotsOf(20), vectorsOf(20, 1));
    await index.settled();
    expect(index.search(query, 5).slots).toHaveLength(5);
    expect(events).toMatchObject([
      { type: "failed", error: { message: /form that is not known/ } },
    ]);
  });
});
