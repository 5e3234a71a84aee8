import type { VectorIndexIdentity } from "../../core/discovery/index.ts";
import { createRowStore, type KernelChoice } from "./create-row-store.ts";
import type { RowStore } from "./row-store.ts";
import { checkIdentity, checkRows } from "./vector-checks.ts";

/** What a matrix is made for. */
export interface VectorMatrixOptions {
  readonly identity: VectorIndexIdentity;
  /** Slots must be below this; memory grows with the highest slot in use. */
  readonly maxVectors: number;
  readonly kernel: KernelChoice;
}

/** Unit vectors by slot: the one true copy, whatever searches it. Grows; never holds a bad vector. */
export class VectorMatrix {
  readonly identity: VectorIndexIdentity;
  readonly store: RowStore;
  readonly #maxSlots: number;
  #live = new Uint8Array(64);
  #size = 0;
  #end = 0;

  /** @throws RangeError for an identity or a limit that makes no sense. */
  constructor({ identity, maxVectors, kernel }: VectorMatrixOptions) {
    checkIdentity(identity);
    if (!Number.isInteger(maxVectors) || maxVectors < 1) {
      throw new RangeError(
        `The limit of vectors (discovery.maxVectors) is an integer from 1 up; received ${maxVectors}.`,
      );
    }
    this.identity = identity;
    this.store = createRowStore(identity.dimension, kernel);
    this.#maxSlots = Math.min(maxVectors, this.store.maxRows);
  }

  /** Vectors stored. */
  get size(): number {
    return this.#size;
  }

  /** One past the highest stored slot. */
  get end(): number {
    return this.#end;
  }

  has(slot: number): boolean {
    return this.#live[slot] === 1;
  }

  /** A view of a stored vector; valid until the next `upsert`. */
  row(slot: number): Float32Array {
    return this.store.row(slot);
  }

  /**
   * Stores all vectors, or, when one is bad, none. Tells which slots hold another vector now.
   *
   * @throws RangeError naming the slot.
   */
  upsert(slots: Uint32Array, vectors: Float32Array): readonly number[] {
    const { dimension } = this.identity;
    checkRows(slots, vectors, { dimension, maxSlots: this.#maxSlots });
    this.#reserve(slots.reduce((end, slot) => Math.max(end, slot + 1), 0));
    const changed: number[] = [];
    slots.forEach((slot, place) => {
      const offset = place * dimension;
      if (this.has(slot) && isSame(this.row(slot), vectors, offset)) return;
      this.store.write(slot, vectors, offset);
      if (!this.has(slot)) this.#size++;
      this.#live[slot] = 1;
      changed.push(slot);
    });
    return changed;
  }

  /** Forgets slots. Tells which of them were stored. */
  remove(slots: Uint32Array): readonly number[] {
    const removed: number[] = [];
    for (const slot of slots) {
      if (!this.has(slot)) continue;
      this.#live[slot] = 0;
      this.#size--;
      removed.push(slot);
    }
    while (this.#end > 0 && !this.has(this.#end - 1)) this.#end--;
    return removed;
  }

  /** The stored slots, in order. */
  *slots(): Iterable<number> {
    for (let slot = 0; slot < this.#end; slot++) if (this.has(slot)) yield slot;
  }

  #reserve(end: number): void {
    if (end <= this.#end) return;
    this.store.reserve(end);
    if (end > this.#live.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#live.length));
      grown.set(this.#live);
      this.#live = grown;
    }
    this.#end = end;
  }
}

function isSame(row: Float32Array, vectors: Float32Array, offset: number): boolean {
  for (let at = 0; at < row.length; at++) if (row[at] !== vectors[offset + at]) return false;
  return true;
}
