/** How many embeddings are kept on disk. */
export interface EmbeddingStoreOptions {
  /**
   * Embeddings kept of each model; those not used for longest go first. A file holds at most twice
   * as many. 100–1,000,000, default 50,000.
   */
  readonly maxStoredEmbeddings: number;
  /** Models whose embeddings are kept; the files of those opened longest ago go first. 1–100, default 4. */
  readonly maxStoredModels: number;
}

/** What holds where the configuration says nothing. */
export const EMBEDDING_STORE_DEFAULTS: EmbeddingStoreOptions = {
  maxStoredEmbeddings: 50_000,
  maxStoredModels: 4,
};
