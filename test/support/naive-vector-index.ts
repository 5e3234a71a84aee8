import type { VectorIndex, VectorIndexIdentity } from "../../src/core/discovery/index.ts";

/** A vector index for tests: a map and a sort. Says when it has been disposed. */
export interface NaiveVectorIndex extends VectorIndex {
  readonly isDisposed: boolean;
  /** The vector of a slot. */
  vector(slot: number): Float32Array | undefined;
}

export function createNaiveVectorIndex(identity: VectorIndexIdentity): NaiveVectorIndex {
  const rows = new Map<number, Float32Array>();
  let isDisposed = false;
  const score = (query: Float32Array, slot: number): number =>
    query.reduce((sum, value, at) => sum + value * (rows.get(slot)?.[at] ?? 0), 0);
  return {
    kind: "exact",
    identity,
    get size() {
      return rows.size;
    },
    get isDisposed() {
      return isDisposed;
    },
    vector: (slot) => rows.get(slot),
    upsert(slots, vectors) {
      const { dimension } = identity;
      for (const [row, slot] of slots.entries()) {
        const vector = vectors.slice(row * dimension, (row + 1) * dimension);
        if (!(Math.abs(Math.hypot(...vector) - 1) < 1e-3)) {
          throw new RangeError(`the vector of slot ${slot} is not of unit length`);
        }
        rows.set(slot, vector);
      }
    },
    remove(slots) {
      for (const slot of slots) rows.delete(slot);
    },
    search(query, k, mask) {
      const found = [...rows.keys()]
        .filter((slot) => mask === undefined || mask[slot] === 1)
        .map((slot) => ({ slot, score: score(query, slot) }))
        .toSorted((a, b) => b.score - a.score || a.slot - b.slot)
        .slice(0, k);
      return {
        slots: Uint32Array.from(found, (hit) => hit.slot),
        scores: Float32Array.from(found, (hit) => hit.score),
      };
    },
    score: (query, slots) => Float32Array.from(slots, (slot) => score(query, slot)),
    settled: () => Promise.resolve(),
    [Symbol.asyncDispose]() {
      isDisposed = true;
      return Promise.resolve();
    },
  };
}
