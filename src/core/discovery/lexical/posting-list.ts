/**
 * The documents that hold one term: parallel arrays of slot, BM25 impact and share of the
 * document's unit vector, in no order. Only the first `size` entries count.
 */
export class PostingList {
  readonly term: string;
  size = 0;
  slots = new Uint32Array(2);
  impacts = new Float32Array(2);
  shares = new Float32Array(2);

  constructor(term: string) {
    this.term = term;
  }

  /** Adds a slot that is not in the list yet. */
  add(slot: number, impact: number, share: number): void {
    if (this.size === this.slots.length) this.#grow();
    this.slots[this.size] = slot;
    this.impacts[this.size] = impact;
    this.shares[this.size] = share;
    this.size += 1;
  }

  /** Takes a slot out; the last entry moves to its place. */
  remove(slot: number): void {
    const at = this.slots.subarray(0, this.size).indexOf(slot);
    if (at < 0) return;
    this.size -= 1;
    this.slots[at] = this.slots[this.size] ?? 0;
    this.impacts[at] = this.impacts[this.size] ?? 0;
    this.shares[at] = this.shares[this.size] ?? 0;
  }

  #grow(): void {
    const capacity = this.slots.length * 2;
    const { slots, impacts, shares } = this;
    this.slots = new Uint32Array(capacity);
    this.slots.set(slots);
    this.impacts = new Float32Array(capacity);
    this.impacts.set(impacts);
    this.shares = new Float32Array(capacity);
    this.shares.set(shares);
  }
}
