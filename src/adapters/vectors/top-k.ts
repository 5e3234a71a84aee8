import type { VectorHits } from "../../core/discovery/index.ts";

/**
 * Keeps the best `k` of the scored slots offered to it; of equal scores the lower slot is better.
 * A heap with the worst kept hit at its root; reused between searches, it allocates only to grow.
 */
export class TopK {
  #scores = new Float32Array(64);
  #slots = new Uint32Array(64);
  #k = 0;
  #count = 0;

  /** Forgets everything and keeps `k` from now on. */
  reset(k: number): void {
    this.#k = k;
    this.#count = 0;
    if (k <= this.#scores.length) return;
    const capacity = Math.max(k, 2 * this.#scores.length);
    this.#scores = new Float32Array(capacity);
    this.#slots = new Uint32Array(capacity);
  }

  /** Offers `scores[i]` of `slots[i]` for every i below `count`. */
  offer(slots: Uint32Array, scores: Float32Array, count: number): void {
    if (this.#k === 0) return;
    for (let index = 0; index < count; index++) {
      const score = scores[index] as number;
      if (this.#count < this.#k) this.#rise(slots[index] as number, score);
      else if (score >= (this.#scores[0] as number)) {
        this.#replaceWorst(slots[index] as number, score);
      }
    }
  }

  /** Hands out what was kept, best first, and is empty then. */
  take(): VectorHits {
    const slots = new Uint32Array(this.#count);
    const scores = new Float32Array(this.#count);
    for (let place = this.#count - 1; place >= 0; place--) {
      slots[place] = this.#slots[0] as number;
      scores[place] = clampCosine(this.#scores[0] as number);
      this.#count = place;
      this.#sink(this.#slots[place] as number, this.#scores[place] as number);
    }
    return { slots, scores };
  }

  #replaceWorst(slot: number, score: number): void {
    if (this.#isWorse(0, slot, score)) this.#sink(slot, score);
  }

  /** Whether the hit in `place` is worse than the given one. */
  #isWorse(place: number, slot: number, score: number): boolean {
    const kept = this.#scores[place] as number;
    return kept < score || (kept === score && (this.#slots[place] as number) > slot);
  }

  /** Adds a hit at the end and moves it up while its parent is better. */
  #rise(slot: number, score: number): void {
    let place = this.#count++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#isWorse(parent, slot, score)) break;
      this.#scores[place] = this.#scores[parent] as number;
      this.#slots[place] = this.#slots[parent] as number;
      place = parent;
    }
    this.#scores[place] = score;
    this.#slots[place] = slot;
  }

  /** Puts a hit in the root's place and moves it down while a child is worse. */
  #sink(slot: number, score: number): void {
    let place = 0;
    for (let child = 1; child < this.#count; child = 2 * place + 1) {
      const right = child + 1;
      if (
        right < this.#count &&
        this.#isWorse(right, this.#slots[child] as number, this.#scores[child] as number)
      ) {
        child = right;
      }
      if (!this.#isWorse(child, slot, score)) break;
      this.#scores[place] = this.#scores[child] as number;
      this.#slots[place] = this.#slots[child] as number;
      place = child;
    }
    this.#scores[place] = score;
    this.#slots[place] = slot;
  }
}

/** Rounding, and the tolerance on unit length, can carry a product a little past 1. */
export function clampCosine(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
