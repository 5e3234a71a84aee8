export { createFileEmbeddingStore } from "./file-embedding-store.ts";
export { EMBEDDING_STORE_DEFAULTS, type EmbeddingStoreOptions } from "./options.ts";
