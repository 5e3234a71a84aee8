/** The nearest vectors of a search: parallel arrays, best first. Scores are cosines in [-1, 1]. */
export interface VectorHits {
  readonly slots: Uint32Array;
  readonly scores: Float32Array;
}

/** What a persisted index must agree with before it is trusted; a mismatch means rebuild. */
export interface VectorIndexIdentity {
  /** Embedding model id, for example `builtin-hash-v1`. */
  readonly model: string;
  /** Length of every vector. */
  readonly dimension: number;
}

/**
 * Nearest-neighbour search over unit vectors, keyed by slot: a small integer that the discovery
 * index gives to each document and may reuse after `remove`.
 *
 * Every adapter rejects vectors of another dimension, with NaN or infinite numbers, or not of unit
 * length (tolerance 1e-3), with a `RangeError` that names the slot; nothing is stored then.
 */
export interface VectorIndex extends AsyncDisposable {
  /** The technology, as shown by `doctor`, `/readyz` and logs. */
  readonly kind: "faiss" | "exact";
  readonly identity: VectorIndexIdentity;
  /** Vectors that can be found. */
  readonly size: number;

  /** Adds or replaces; `vectors` holds `slots.length × dimension` floats, row by row. */
  upsert(slots: Uint32Array, vectors: Float32Array): void;

  /** Forgets slots; unknown ones are ignored. */
  remove(slots: Uint32Array): void;

  /**
   * The `k` nearest to a unit query, best first; fewer when fewer are stored. With `mask`, only
   * slots whose byte is 1 can be found (a slot past its end is excluded), and still `k` of them if
   * there are so many: the filter stands before top-k.
   */
  search(query: Float32Array, k: number, mask?: Uint8Array): VectorHits;

  /** Cosines of the query with the given slots, in their order; 0 for a slot that is not stored. */
  score(query: Float32Array, slots: Uint32Array): Float32Array;

  /** Resolves when no rebuild is under way; searches are exact again from then on. */
  settled(): Promise<void>;
}
