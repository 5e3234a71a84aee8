/** Facts about an embedding model that thresholds, caches and persisted indexes depend on. */
export interface EmbeddingModel {
  /** Stable id, for example `builtin-hash-v1`; part of every cache key of an embedding. */
  readonly id: string;
  /** Length of every vector. */
  readonly dimension: number;
  /** Best cosine below which a search is a candidate for abstention; calibrated per model. */
  readonly abstainBelow: number;
  /**
   * What a cosine of 1 counts in the fused score, beside 1 for a complete match of words; default
   * `discovery.denseWeight`. For models whose cosines say less than usual.
   */
  readonly fusionWeight?: number;
  /**
   * Cosine from which on two texts in different words mean the same, as measured on labelled pairs
   * whose entities are equal (`npm run bench:semantic-cache`). Without one only texts of the same
   * words in plain form do. 0–1.
   */
  readonly sameMeaningAbove?: number;
}

/** Weight of a term for queries against the present catalogue: high for rare terms, ≥ 0. */
export interface TermWeights {
  weight(stem: string): number;
}

/** Turns texts into unit vectors. Documents never depend on the catalogue, so they can be kept. */
export interface Embedder extends AsyncDisposable {
  readonly model: EmbeddingModel;

  /**
   * Embeds documents, in their order: `texts.length × dimension` floats, row by row, each row of
   * unit length (a text with nothing to embed becomes the zero vector, which is not indexed).
   *
   * @throws GatewayError `embedding-failed` when the model or its service fails.
   */
  embedDocuments(texts: readonly string[], options: { signal: AbortSignal }): Promise<Float32Array>;

  /** Embeds one query; `weights` may shift its terms by what is rare in the catalogue. */
  embedQuery(
    text: string,
    options: { signal: AbortSignal; weights?: TermWeights },
  ): Float32Array | Promise<Float32Array>;
}
