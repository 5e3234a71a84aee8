/** Tells which of two slots goes first when their scores are equal: below 0 for the first. */
export type TieBreak = (first: number, second: number) => number;

/**
 * Picks the `count` slots with the highest scores above 0 out of those it is offered: a heap with
 * the worst of the picked ones on top.
 */
export class TopSlots {
  readonly #scores: Float32Array;
  readonly #count: number;
  readonly #tieBreak: TieBreak;
  readonly #heap: number[] = [];
  #floor = 0;

  constructor(scores: Float32Array, options: { count: number; tieBreak: TieBreak }) {
    this.#scores = scores;
    this.#count = options.count;
    this.#tieBreak = options.tieBreak;
  }

  /** Considers a slot; each may be offered once. */
  offer(slot: number): void {
    const score = this.#scores[slot]!;
    if (score <= 0 || score < this.#floor) return;
    const heap = this.#heap;
    if (heap.length < this.#count) {
      heap.push(slot);
      this.#siftUp();
    } else if (this.#isWorse(heap[0]!, slot)) {
      heap[0] = slot;
      this.#siftDown();
    }
    if (heap.length === this.#count) this.#floor = this.#scores[heap[0]!]!;
  }

  /** The slots picked, best first. */
  sorted(): number[] {
    return this.#heap.toSorted((a, b) => (this.#isWorse(a, b) ? 1 : -1));
  }

  #isWorse(a: number, b: number): boolean {
    const difference = this.#scores[a]! - this.#scores[b]!;
    return difference < 0 || (difference === 0 && this.#tieBreak(a, b) > 0);
  }

  #siftUp(): void {
    const heap = this.#heap;
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorse(heap[at]!, heap[parent]!)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #siftDown(): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let worst = at;
      if (left < heap.length && this.#isWorse(heap[left]!, heap[worst]!)) worst = left;
      if (right < heap.length && this.#isWorse(heap[right]!, heap[worst]!)) worst = right;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }

  #swap(a: number, b: number): void {
    const kept = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = kept;
  }
}
