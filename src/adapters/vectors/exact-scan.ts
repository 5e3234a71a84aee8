import type { VectorHits } from "../../core/discovery/index.ts";
import { BATCH_ROWS } from "./row-store.ts";
import { clampCosine, TopK } from "./top-k.ts";
import type { VectorMatrix } from "./vector-matrix.ts";

/** Exact answers, by multiplying the query with every vector in question. */
export class ExactScan {
  readonly #matrix: VectorMatrix;
  readonly #top = new TopK();

  constructor(matrix: VectorMatrix) {
    this.#matrix = matrix;
  }

  /** The best `k` of all vectors, or of those that the mask allows. The query must be checked. */
  search(query: Float32Array, k: number, mask?: Uint8Array): VectorHits {
    const matrix = this.#matrix;
    this.#begin(query, k);
    const end = Math.min(matrix.end, mask?.length ?? matrix.end);
    const batch = matrix.store.batchSlots();
    let count = 0;
    for (let slot = 0; slot < end; slot++) {
      if (!matrix.has(slot) || (mask !== undefined && mask[slot] !== 1)) continue;
      batch[count++] = slot;
      if (count < BATCH_ROWS) continue;
      this.#offer(count);
      count = 0;
    }
    this.#offer(count);
    return this.#top.take();
  }

  /** The best `k` of the given stored slots. */
  rank(query: Float32Array, candidates: readonly number[], k: number): VectorHits {
    this.#begin(query, k);
    const batch = this.#matrix.store.batchSlots();
    for (let start = 0; start < candidates.length; start += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, candidates.length - start);
      for (let place = 0; place < count; place++)
        batch[place] = candidates[start + place] as number;
      this.#offer(count);
    }
    return this.#top.take();
  }

  /** Cosines with the given slots, in their order; 0 for slots that are not stored. */
  score(query: Float32Array, slots: Uint32Array): Float32Array {
    const scores = new Float32Array(slots.length);
    this.#matrix.store.setQuery(query);
    for (let start = 0; start < slots.length; start += BATCH_ROWS) {
      this.#scoreBatch(slots.subarray(start, start + BATCH_ROWS), scores.subarray(start));
    }
    return scores;
  }

  #begin(query: Float32Array, k: number): void {
    this.#matrix.store.setQuery(query);
    this.#top.reset(Math.min(k, this.#matrix.size));
  }

  /** Multiplies the first `count` batch slots and offers their scores. */
  #offer(count: number): void {
    const { store } = this.#matrix;
    store.dots(count);
    this.#top.offer(store.batchSlots(), store.batchScores(), count);
  }

  #scoreBatch(slots: Uint32Array, scores: Float32Array): void {
    const { store } = this.#matrix;
    const batch = store.batchSlots();
    let count = 0;
    for (const slot of slots) if (this.#matrix.has(slot)) batch[count++] = slot;
    store.dots(count);
    const products = store.batchScores();
    let next = 0;
    slots.forEach((slot, place) => {
      if (this.#matrix.has(slot)) scores[place] = clampCosine(products[next++] as number);
    });
  }
}
