/** Rows that one call of `dots` can take: small enough for its input and output to stay in cache. */
export const BATCH_ROWS = 1024;

/** Rows are padded with zeros to a multiple of this, so that the inner loops need no tail. */
const FLOATS_PER_ROUND = 16;

/** What WebAssembly can address; the plain store keeps to it too, so that both have one limit. */
export const MAX_STORE_BYTES = 2 ** 32;

/**
 * Where the vectors lie, one row a slot, and how a query is multiplied with them. All stores sum in
 * the same order and so give bit-equal products. Nothing is checked here.
 */
export interface RowStore {
  readonly kernel: "simd" | "plain";
  /** Rows that can ever fit. */
  readonly maxRows: number;
  /** Makes room for rows 0 to `rows` - 1; views handed out before are void then. Throws a RangeError when there is no memory. */
  reserve(rows: number): void;
  /** Copies the vector that begins at `offset` of `vectors`. */
  write(slot: number, vectors: Float32Array, offset: number): void;
  /** A view of a row, without its padding; valid until the next `reserve`. */
  row(slot: number): Float32Array;
  /** The query of the calls of `dots` that follow. */
  setQuery(query: Float32Array): void;
  /** Slots to multiply, at most `BATCH_ROWS`; valid until the next `reserve`. */
  batchSlots(): Uint32Array;
  /** What `dots` wrote, at the places of `batchSlots`; valid until the next `reserve`. */
  batchScores(): Float32Array;
  /** Multiplies the query with the first `count` batch slots. */
  dots(count: number): void;
}

/** Floats from one row to the next. */
export function rowLength(dimension: number): number {
  return Math.ceil(dimension / FLOATS_PER_ROUND) * FLOATS_PER_ROUND;
}
