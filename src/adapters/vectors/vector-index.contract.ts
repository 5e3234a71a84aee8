import { afterEach, describe, expect, it } from "vitest";
import type { VectorIndex, VectorIndexIdentity } from "../../core/discovery/index.ts";
import { describeVectorIndexModel } from "./vector-index-model.contract.ts";
import { differences, nearest, slotsOf, unitVectors } from "./vector-samples.contract.ts";

const DIMENSION = 24;
const identity: VectorIndexIdentity = { model: "contract", dimension: DIMENSION };
const MAX_VECTORS = 2_000;

/** Makes an empty index that refuses slots from `maxVectors` up. */
export type CreateVectorIndex = (
  identity: VectorIndexIdentity,
  maxVectors: number,
) => Promise<VectorIndex>;

/** The specification of the port `VectorIndex`, for every adapter. */
export function describeVectorIndex(name: string, create: CreateVectorIndex): void {
  describe(`${name} as a vector index`, () => {
    const made: VectorIndex[] = [];
    const make: Make = async () => {
      const index = await create(identity, MAX_VECTORS);
      made.push(index);
      return index;
    };
    const makeFilled: MakeFilled = async (count) => {
      const index = await make();
      const vectors = unitVectors(count, { dimension: DIMENSION, seed: count });
      index.upsert(slotsOf(count), vectors);
      return { index, vectors };
    };
    afterEach(async () => {
      for (const index of made.splice(0)) await index[Symbol.asyncDispose]();
    });

    describeStoring(make, makeFilled);
    describeSearching(make, makeFilled);
    describeMasks(makeFilled);
    describeScoring(make, makeFilled);
    describeRefusals(make);
    describeVectorIndexModel(make);
  });
}

type Make = () => Promise<VectorIndex>;
type MakeFilled = (
  count: number,
) => Promise<{ readonly index: VectorIndex; readonly vectors: Float32Array }>;

const query = (seed: number): Float32Array => unitVectors(1, { dimension: DIMENSION, seed });
const rowOf = (vectors: Float32Array, row: number): Float32Array =>
  vectors.slice(row * DIMENSION, (row + 1) * DIMENSION);

function describeStoring(make: Make, makeFilled: MakeFilled): void {
  it("is empty at first and finds nothing", async () => {
    const index = await make();
    expect(index.identity).toEqual(identity);
    expect(index.size).toBe(0);
    expect(index.search(query(1), 5).slots).toHaveLength(0);
    index.remove(Uint32Array.of(3));
    await index.settled();
  });

  it("counts a slot once however often it is written", async () => {
    const { index } = await makeFilled(10);
    index.upsert(Uint32Array.of(3, 3, 10), unitVectors(3, { dimension: DIMENSION, seed: 5 }));
    expect(index.size).toBe(11);
  });

  it("finds the new vector of a replaced slot and not the old one", async () => {
    const { index, vectors } = await makeFilled(40);
    await index.settled();
    const old = rowOf(vectors, 7);
    index.upsert(Uint32Array.of(7), query(99));
    for (const wait of [() => undefined, () => index.settled()]) {
      await wait();
      expect(index.search(query(99), 1).slots[0]).toBe(7);
      expect(index.search(old, 1).slots[0]).not.toBe(7);
      expect(index.search(old, 40).slots.toSorted()).toEqual(slotsOf(40));
    }
  });

  it("keeps the last of several vectors given for one slot", async () => {
    const index = await make();
    const vectors = unitVectors(2, { dimension: DIMENSION, seed: 8 });
    index.upsert(Uint32Array.of(4, 4), vectors);
    expect(index.score(rowOf(vectors, 1), Uint32Array.of(4))[0]).toBeCloseTo(1, 5);
  });

  it("forgets removed slots, ignores unknown ones, and lets slots be used again", async () => {
    const { index, vectors } = await makeFilled(30);
    await index.settled();
    index.remove(Uint32Array.of(0, 12, 29, 500, 12));
    expect(index.size).toBe(27);
    expect(index.search(rowOf(vectors, 12), 30).slots).not.toContain(12);
    await index.settled();
    expect(index.search(rowOf(vectors, 12), 30).slots).toHaveLength(27);
    index.upsert(Uint32Array.of(12), query(4));
    await index.settled();
    expect(index.search(query(4), 1)).toEqual(nearest([[12, query(4)]], query(4), 1));
  });

  it("stays right through many replacements and removals", async () => {
    const { index } = await makeFilled(400);
    const final = unitVectors(400, { dimension: DIMENSION, seed: 1 });
    for (let round = 0; round < 5; round++) {
      index.upsert(slotsOf(400), unitVectors(400, { dimension: DIMENSION, seed: 50 + round }));
      await index.settled();
    }
    index.upsert(slotsOf(400), final);
    index.remove(slotsOf(200));
    await index.settled();
    const stored = Array.from(
      { length: 200 },
      (_, row) => [row + 200, rowOf(final, row + 200)] as const,
    );
    expect(index.size).toBe(200);
    for (let seed = 1; seed <= 20; seed++) {
      expect(differences(index.search(query(seed), 10), nearest(stored, query(seed), 10))).toEqual(
        [],
      );
    }
  });
}

function describeSearching(make: Make, makeFilled: MakeFilled): void {
  it("finds the nearest, best first, with their cosines, at once and once settled", async () => {
    const { index, vectors } = await makeFilled(300);
    const stored = Array.from({ length: 300 }, (_, row) => [row, rowOf(vectors, row)] as const);
    for (const wait of [() => undefined, () => index.settled()]) {
      await wait();
      for (const k of [1, 10, 100]) {
        expect(differences(index.search(query(k), k), nearest(stored, query(k), k))).toEqual([]);
      }
    }
  });

  it("gives all there are when asked for more, and nothing when asked for none", async () => {
    const { index } = await makeFilled(20);
    await index.settled();
    expect(index.search(query(1), 1_000_000).slots.toSorted()).toEqual(slotsOf(20));
    expect(index.search(query(1), 0).slots).toHaveLength(0);
  });

  it("puts the lower slot first among equals", async () => {
    const index = await make();
    const copies = Float32Array.from(Array.from({ length: 6 }, () => [...query(2)]).flat());
    index.upsert(Uint32Array.of(5, 3, 9, 1, 7, 2), copies);
    await index.settled();
    expect([...index.search(query(2), 6).slots]).toEqual([1, 2, 3, 5, 7, 9]);
  });

  it("never reports a cosine beyond 1, though a vector may be a little too long", async () => {
    const index = await make();
    const long = query(3).map((value) => value * 1.0009);
    index.upsert(Uint32Array.of(0, 1), Float32Array.of(...long, ...long.map((value) => -value)));
    await index.settled();
    expect([...index.search(long, 2).scores]).toEqual([1, -1]);
    expect([...index.score(long, Uint32Array.of(0, 1))]).toEqual([1, -1]);
  });

  it("finds nothing for a query of zeros", async () => {
    const { index } = await makeFilled(5);
    await index.settled();
    expect(index.search(new Float32Array(DIMENSION), 5).slots).toHaveLength(0);
    expect([...index.score(new Float32Array(DIMENSION), Uint32Array.of(1))]).toEqual([0]);
  });

  it("leaves earlier answers alone", async () => {
    const { index } = await makeFilled(50);
    const first = index.search(query(1), 10);
    const copy = { slots: first.slots.slice(), scores: first.scores.slice() };
    index.search(query(2), 10);
    index.upsert(slotsOf(50), unitVectors(50, { dimension: DIMENSION, seed: 3 }));
    expect(first).toEqual(copy);
  });
}

function describeMasks(makeFilled: MakeFilled): void {
  it("filters before it picks: k of the allowed slots, however far away", async () => {
    const { index, vectors } = await makeFilled(300);
    await index.settled();
    const best = index.search(query(6), 200).slots;
    const mask = new Uint8Array(300).fill(1);
    for (const slot of best) mask[slot] = 0;
    const allowed = Array.from({ length: 300 }, (_, row) => row).filter((row) => mask[row] === 1);
    const stored = allowed.map((row) => [row, rowOf(vectors, row)] as const);
    expect(differences(index.search(query(6), 10, mask), nearest(stored, query(6), 10))).toEqual(
      [],
    );
    expect(index.search(query(6), 500, mask).slots).toHaveLength(100);
  });

  it("excludes slots past the mask's end and bytes other than 1", async () => {
    const { index } = await makeFilled(30);
    const mask = Uint8Array.of(1, 0, 2, 1, 255);
    expect(index.search(query(1), 30, mask).slots.toSorted()).toEqual(Uint32Array.of(0, 3));
    expect(index.search(query(1), 30, new Uint8Array(0)).slots).toHaveLength(0);
  });

  it("does not find removed slots that the mask allows, and ignores a mask that is too long", async () => {
    const { index } = await makeFilled(3);
    index.remove(Uint32Array.of(1));
    const mask = new Uint8Array(5_000).fill(1);
    expect(index.search(query(1), 9, mask).slots.toSorted()).toEqual(Uint32Array.of(0, 2));
  });
}

function describeScoring(make: Make, makeFilled: MakeFilled): void {
  it("scores the given slots in their order, and 0 where nothing is stored", async () => {
    const { index, vectors } = await makeFilled(50);
    index.remove(Uint32Array.of(20));
    const scores = index.score(query(1), Uint32Array.of(7, 20, 3, 3, 4_000_000_000));
    const [seven] = nearest([[7, rowOf(vectors, 7)]], query(1), 1).scores;
    const [three] = nearest([[3, rowOf(vectors, 3)]], query(1), 1).scores;
    [seven, 0, three, three, 0].forEach((score, at) =>
      expect(scores[at]).toBeCloseTo(score ?? 9, 5),
    );
  });

  it("scores as it searches, to the bit", async () => {
    const { index } = await makeFilled(1_500);
    await index.settled();
    const { slots, scores } = index.search(query(5), 1_200);
    expect(index.score(query(5), slots)).toEqual(scores);
    expect(index.search(query(5), 50).scores).toEqual(scores.slice(0, 50));
  });

  it("scores nothing as nothing", async () => {
    const index = await make();
    expect(index.score(query(1), new Uint32Array(0))).toHaveLength(0);
    expect([...index.score(query(1), Uint32Array.of(0))]).toEqual([0]);
  });
}

/** Three unit vectors, the middle one changed. */
function spoil(change: (vector: Float32Array) => void): Float32Array {
  const vectors = unitVectors(3, { dimension: DIMENSION, seed: 1 });
  change(vectors.subarray(DIMENSION, 2 * DIMENSION));
  return vectors;
}

function describeRefusals(make: Make): void {
  const bad: readonly (readonly [string, Float32Array])[] = [
    ["a number that is not one", spoil((vector) => vector.fill(NaN, 3, 4))],
    ["an infinite number", spoil((vector) => vector.fill(Infinity, 3, 4))],
    ["a length that is not 1", spoil((vector) => vector.set(vector.map((value) => value * 1.01)))],
    ["nothing but zeros", spoil((vector) => vector.fill(0))],
  ];
  it.each(bad)("refuses a batch with a vector that has %s, naming its slot", async (_, vectors) => {
    const index = await make();
    index.upsert(Uint32Array.of(11), query(1));
    expect(() => index.upsert(Uint32Array.of(10, 11, 12), vectors)).toThrow(RangeError);
    expect(() => index.upsert(Uint32Array.of(10, 11, 12), vectors)).toThrow(/slot 11\b/);
    expect(index.size).toBe(1);
    expect(index.score(query(1), Uint32Array.of(11))[0]).toBeCloseTo(1, 5);
  });

  it("refuses vectors of another dimension, saying which it needs", async () => {
    const index = await make();
    const short = unitVectors(2, { dimension: DIMENSION - 1, seed: 1 });
    expect(() => index.upsert(Uint32Array.of(8, 9), short)).toThrow(/dimension 24.*slot 8/);
    expect(() => index.search(short, 1)).toThrow(/dimension 24/);
    expect(() => index.score(short, Uint32Array.of(0))).toThrow(RangeError);
    expect(index.size).toBe(0);
  });

  it("refuses slots from its limit up, and takes the one below", async () => {
    const index = await make();
    expect(() => index.upsert(Uint32Array.of(MAX_VECTORS), query(1))).toThrow(/Slot 2000\b.*2000/);
    expect(() => index.upsert(Uint32Array.of(0xffffffff), query(1))).toThrow(RangeError);
    index.upsert(Uint32Array.of(MAX_VECTORS - 1), query(1));
    expect([...index.search(query(1), 1).slots]).toEqual([MAX_VECTORS - 1]);
  });

  it("refuses queries that are no unit vectors, and counts that are none", async () => {
    const index = await make();
    expect(() => index.search(query(1).fill(NaN, 0, 1), 1)).toThrow(/query.*finite/);
    expect(() =>
      index.search(
        query(1).map((value) => value * 2),
        1,
      ),
    ).toThrow(/query.*length 1/);
    for (const k of [-1, 1.5, NaN, Infinity]) {
      expect(() => index.search(query(1), k)).toThrow(RangeError);
    }
  });
}
