/** How the nearest vectors are found: the settings under `discovery` that concern the vector index. */
export interface VectorIndexOptions {
  /**
   * Technology. `auto`: FAISS when it can be loaded, else the exact scan, said in the log. `faiss`:
   * FAISS or refuse to start. `exact`: the exact scan, which needs no native code.
   */
  readonly index: "auto" | "faiss" | "exact";
  /**
   * FAISS only: with more vectors than this the index is an HNSW graph (approximate, its search
   * time nearly constant), up to it a flat one (exact, its search time grows with the count).
   * Vectors, 0–1,000,000.
   */
  readonly hnswAbove: number;
  /**
   * FAISS HNSW only: links from a vector to its neighbours. More find more, and cost memory (8
   * bytes a link) and time to build. 4–64.
   */
  readonly hnswLinks: number;
  /**
   * FAISS HNSW only: candidates that a search keeps while it walks the graph. More find more, and
   * take longer. 16–1,024.
   */
  readonly hnswBreadth: number;
  /**
   * FAISS only: removed and replaced vectors stay in the index as tombstones until they are more
   * than this share of it; then it is rebuilt while the exact scan answers. Ratio, 0.01–0.9.
   */
  readonly rebuildAboveRatio: number;
  /** FAISS only: time from the change that calls for a rebuild to its start. Milliseconds, 0–60,000. */
  readonly rebuildDelayMs: number;
  /**
   * FAISS only: how long the rows of a saved index wait for the vectors they were made from to come
   * back, after a start, before they count as tombstones. Milliseconds, 0–600,000.
   */
  readonly adoptWithinMs: number;
  /** Slots that may be in use; memory grows with the highest. Vectors, 1–1,000,000. */
  readonly maxVectors: number;
}

/**
 * What holds where the configuration says nothing. Measured on 15,000 real tool descriptions of 256
 * dimensions: a flat index answers in 1.5 ms; HNSW with 32 links and breadth 256 in 0.8 ms, finding
 * 99.2 % of the true ten best (breadth 64: 0.26 ms, 95 %). So flat as long as it is fast enough.
 */
export const VECTOR_INDEX_DEFAULTS: VectorIndexOptions = {
  index: "auto",
  hnswAbove: 20_000,
  hnswLinks: 32,
  hnswBreadth: 256,
  rebuildAboveRatio: 0.2,
  rebuildDelayMs: 250,
  adoptWithinMs: 30_000,
  maxVectors: 200_000,
};
