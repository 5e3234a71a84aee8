import { LRUCache } from "lru-cache";
import type { EmbeddingModel } from "./embedder.ts";

/** An embedding with what it was made from. */
export interface StoredEmbedding {
  /** Hex SHA-256 of the embedded text. */
  readonly hash: string;
  readonly vector: Float32Array;
}

/** Keeps embeddings of documents by model and text, so that no text is embedded twice. Bounded. */
export interface EmbeddingStore extends AsyncDisposable {
  /** The vectors that are kept, in the order of `hashes`; `undefined` where none is. Never throws. */
  getMany(
    model: EmbeddingModel,
    hashes: readonly string[],
  ): Promise<readonly (Float32Array | undefined)[]>;
  /** Keeps vectors; what cannot be kept is embedded again another time. Never throws. */
  putMany(model: EmbeddingModel, embeddings: readonly StoredEmbedding[]): Promise<void>;
}

/** A store in memory, of at most `maxEntries` embeddings: those used last. */
export function createMemoryEmbeddingStore(options: { maxEntries: number }): EmbeddingStore {
  const vectors = new LRUCache<string, Float32Array>({ max: options.maxEntries });
  return {
    getMany: (model, hashes) =>
      Promise.resolve(hashes.map((hash) => vectors.get(keyOf(model, hash)))),
    putMany(model, embeddings) {
      for (const { hash, vector } of embeddings) vectors.set(keyOf(model, hash), vector.slice());
      return Promise.resolve();
    },
    [Symbol.asyncDispose]() {
      vectors.clear();
      return Promise.resolve();
    },
  };
}

function keyOf({ id, dimension }: EmbeddingModel, hash: string): string {
  return `${id}\0${dimension}\0${hash}`;
}
