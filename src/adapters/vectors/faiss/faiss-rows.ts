import type { VectorMatrix } from "../vector-matrix.ts";
import type { FaissLayout } from "./faiss-layout.ts";
import type { FaissNativeIndex } from "./faiss-library.ts";
import { fingerprint, NO_FINGERPRINT } from "./fingerprint.ts";

const TOMBSTONE = -1;

/**
 * A FAISS index and what its rows stand for. Rows are only ever added: a slot that goes or changes
 * leaves a tombstone (`removeIds` ends the process on HNSW). Slots wait in line until `addSome`
 * takes them in; rows of a saved index lie unclaimed until the vector they were made from arrives.
 */
export class FaissRows {
  readonly layout: FaissLayout;
  readonly #native: FaissNativeIndex;
  readonly #slotOfRow: number[];
  readonly #rowOfSlot = new Map<number, number>();
  readonly #waiting = new Set<number>();
  readonly #unclaimed = new Map<number, number[]>();
  #savedCount: number;

  /** `saved` holds the fingerprints of the rows that `native` already has. */
  constructor(native: FaissNativeIndex, layout: FaissLayout, saved: Float64Array) {
    this.layout = layout;
    this.#native = native;
    this.#savedCount = saved.length;
    this.#slotOfRow = Array.from(saved, () => TOMBSTONE);
    saved.forEach((print, row) => {
      if (print === NO_FINGERPRINT) return;
      const rows = this.#unclaimed.get(print);
      if (rows === undefined) this.#unclaimed.set(print, [row]);
      else rows.push(row);
    });
  }

  get count(): number {
    return this.#slotOfRow.length;
  }

  /** Rows that no slot owns. */
  get tombstones(): number {
    return this.count - this.#rowOfSlot.size;
  }

  /** Slots still to be taken in. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether rows were added since this was made or saved. */
  get isChanged(): boolean {
    return this.count !== this.#savedCount;
  }

  /** Puts a slot in line, once it holds a new vector. */
  enqueue(slot: number): void {
    this.forget(slot);
    this.#waiting.add(slot);
  }

  forget(slot: number): void {
    this.#waiting.delete(slot);
    const row = this.#rowOfSlot.get(slot);
    if (row === undefined) return;
    this.#slotOfRow[row] = TOMBSTONE;
    this.#rowOfSlot.delete(slot);
  }

  /** Takes in up to `limit` waiting slots. Whether more are waiting. */
  addSome(matrix: VectorMatrix, limit: number): boolean {
    const floats: number[] = [];
    let taken = 0;
    for (const slot of this.#waiting) {
      if (taken++ === limit) break;
      this.#waiting.delete(slot);
      const vector = matrix.row(slot);
      const claimed = this.#claim(vector);
      const row = claimed ?? this.#slotOfRow.length;
      this.#slotOfRow[row] = slot;
      this.#rowOfSlot.set(slot, row);
      if (claimed === undefined) for (const value of vector) floats.push(value);
    }
    if (floats.length > 0) this.#native.add(floats);
    return this.#waiting.size > 0;
  }

  /** Slots of the nearest `ask` rows, at most `count`; fewer where tombstones are among them. */
  nearest(query: Float32Array, ask: number): readonly number[] {
    const { labels } = this.#native.search(Array.from(query), ask);
    const slots: number[] = [];
    for (const row of labels) {
      const slot = this.#slotOfRow[row] ?? TOMBSTONE;
      if (slot !== TOMBSTONE) slots.push(slot);
    }
    return slots;
  }

  /** What a saved copy must know to be claimed again: a fingerprint for each row. */
  fingerprints(matrix: VectorMatrix): Float64Array {
    const prints = new Float64Array(this.count).fill(NO_FINGERPRINT);
    for (const [slot, row] of this.#rowOfSlot) prints[row] = fingerprint(matrix.row(slot));
    for (const [print, rows] of this.#unclaimed) for (const row of rows) prints[row] = print;
    return prints;
  }

  /** Writes the FAISS index to a file; blocks while it does. */
  write(path: string): void {
    this.#native.write(path);
  }

  /** Says that the first `count` rows have been saved. */
  markSaved(count: number): void {
    this.#savedCount = count;
  }

  #claim(vector: Float32Array): number | undefined {
    if (this.#unclaimed.size === 0) return undefined;
    const print = fingerprint(vector);
    const rows = this.#unclaimed.get(print);
    const row = rows?.pop();
    if (rows?.length === 0) this.#unclaimed.delete(print);
    return row;
  }
}
