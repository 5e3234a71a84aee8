import { GatewayError } from "../../kernel/errors.ts";
import type { Embedder } from "./embedder.ts";
import type { EmbeddingStore, StoredEmbedding } from "./embedding-store.ts";
import { toUnit } from "./unit-vector.ts";

/** A text to embed; `hash` is the hex SHA-256 of it. */
export interface EmbeddableText {
  readonly text: string;
  readonly hash: string;
}

/** Who embeds, and where embeddings are kept; without a store, every text is embedded. */
export interface DocumentEmbedding {
  readonly embedder: Embedder;
  readonly store?: EmbeddingStore | undefined;
}

/**
 * Unit vectors of documents, in their order: from the store where it has them, else embedded and
 * stored. `undefined` for a text that the model finds nothing in.
 *
 * @throws GatewayError `embedding-failed`, or the signal's reason.
 */
export async function embedDocuments(
  documents: readonly EmbeddableText[],
  { embedder, store }: DocumentEmbedding,
  signal: AbortSignal,
): Promise<(Float32Array | undefined)[]> {
  const { model } = embedder;
  const hashes = documents.map(({ hash }) => hash);
  const vectors = store === undefined ? [] : [...(await store.getMany(model, hashes))];
  const missing = documents.flatMap((_, at) => (vectors[at] === undefined ? [at] : []));
  const fresh: StoredEmbedding[] = [];
  if (missing.length > 0) {
    const texts = missing.map((at) => documents[at]?.text ?? "");
    const rows = await embedder.embedDocuments(texts, { signal });
    checkSize(rows, missing.length, embedder);
    for (const [row, at] of missing.entries()) {
      const vector = toUnit(rows.subarray(row * model.dimension, (row + 1) * model.dimension));
      vectors[at] = vector;
      if (vector !== undefined) fresh.push({ hash: hashes[at] ?? "", vector });
    }
  }
  if (fresh.length > 0) await store?.putMany(model, fresh);
  return documents.map((_, at) => vectors[at]);
}

function checkSize(rows: Float32Array, count: number, { model }: Embedder): void {
  if (rows.length === count * model.dimension) return;
  const message =
    `The embedding model ${model.id} answered ${rows.length} numbers for ${count} texts; ` +
    `${count} × ${model.dimension} were expected.`;
  throw new GatewayError("embedding-failed", message, { model: model.id });
}
