import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { VectorHits, VectorIndex } from "../../core/discovery/index.ts";
import { differences, nearest, slotsOf, unitVectors } from "./vector-samples.contract.ts";

const DIMENSION = 24;
const query = (seed: number): Float32Array => unitVectors(1, { dimension: DIMENSION, seed });

const slot = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 60 }));
const seed = fc.integer({ min: 1, max: 25 });
const k = fc.integer({ min: 0, max: 70 });
const mask = fc.option(fc.uint8Array({ minLength: 20, maxLength: 70, max: 1 }), {
  nil: undefined,
  freq: 1,
});

/** Seeds repeat, so that several slots hold the same vector. */
const upsert = fc.record({ type: fc.constant("upsert" as const), slot, seed });
const remove = fc.record({ type: fc.constant("remove" as const), slot });
/** Half of the searches come while changes are still being worked in. */
const search = fc.record({
  type: fc.constant("search" as const),
  isSettled: fc.boolean(),
  k,
  seed,
  mask,
});
const history = fc.array(fc.oneof(upsert, upsert, remove, search), { maxLength: 120, size: "max" });

type Step = typeof history extends fc.Arbitrary<(infer One)[]> ? One : never;

/** A list of vectors that answers by looking at all of them. */
class NaiveIndex {
  readonly #vectors = new Map<number, Float32Array>();

  get size(): number {
    return this.#vectors.size;
  }

  upsert(at: number, vector: Float32Array): void {
    this.#vectors.set(at, vector);
  }

  remove(at: number): void {
    this.#vectors.delete(at);
  }

  search(vector: Float32Array, count: number, allowed?: Uint8Array): VectorHits {
    const stored = [...this.#vectors].filter(([at]) => this.has(at, allowed));
    return nearest(stored, vector, count);
  }

  has(at: number, allowed?: Uint8Array): boolean {
    return this.#vectors.has(at) && (allowed === undefined || allowed[at] === 1);
  }
}

/** Does a step to both; tells how their answers differ. */
async function play(step: Step, index: VectorIndex, naive: NaiveIndex): Promise<readonly string[]> {
  switch (step.type) {
    case "upsert":
      index.upsert(Uint32Array.of(step.slot), query(step.seed));
      naive.upsert(step.slot, query(step.seed));
      return [];
    case "remove":
      index.remove(Uint32Array.of(step.slot));
      naive.remove(step.slot);
      return [];
    case "search":
      if (step.isSettled) await index.settled();
      return compareSearch(step, index, naive);
  }
}

type Search = Extract<Step, { readonly type: "search" }>;

function compareSearch(asked: Search, index: VectorIndex, naive: NaiveIndex): readonly string[] {
  const vector = query(asked.seed);
  const found = index.search(vector, asked.k, asked.mask);
  const slots = [...found.slots];
  return [
    ...differences(found, naive.search(vector, asked.k, asked.mask)),
    ...slots.filter((at) => !naive.has(at, asked.mask)).map((at) => `${at} must not be found`),
    ...(new Set(slots).size === slots.length ? [] : ["a slot is found twice"]),
  ];
}

/** The part of the specification that is told by comparison with a naive list. */
export function describeVectorIndexModel(make: () => Promise<VectorIndex>): void {
  it("answers like a naive list, whatever is upserted, removed, masked and asked", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const [index, naive] = [await make(), new NaiveIndex()];
        for (const step of steps) {
          expect(await play(step, index, naive)).toEqual([]);
          expect(index.size).toBe(naive.size);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same answers after the same history", async () => {
    const [one, other] = [await make(), await make()];
    for (const index of [one, other]) {
      index.upsert(slotsOf(200), unitVectors(200, { dimension: DIMENSION, seed: 2 }));
      await index.settled();
    }
    for (let round = 1; round <= 10; round++) {
      expect(one.search(query(round), 20)).toEqual(other.search(query(round), 20));
    }
  });
}
