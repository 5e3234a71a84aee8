import {
  createAnalyser,
  documentBag,
  parseDocumentText,
  type Embedder,
  type EmbeddingModel,
} from "../../../core/discovery/index.ts";
import { createFeatureHashes, type StemFeatures } from "./feature-hashes.ts";

/**
 * The model's facts. The fusion weight is low because hashed words repeat, with noise, what the
 * lexical side says exactly; what they add is spelling.
 */
export const BUILTIN_MODEL: EmbeddingModel = {
  id: "builtin-hash-v1",
  dimension: 256,
  abstainBelow: 0.25,
  fusionWeight: 0.2,
};

/** What the n-grams of a word weigh together, beside 1 for the word itself. */
const GRAMS_WEIGHT = 1;

/**
 * Makes the embedder that needs no model: the stems of a text and their character n-grams, hashed
 * into 256 dimensions. Deterministic, microseconds, nothing to download. Texts of `documentText` are
 * weighed field by field.
 */
export function createBuiltinEmbedder(): Embedder {
  const analyser = createAnalyser();
  const features = createFeatureHashes(BUILTIN_MODEL.dimension);

  function write(bag: Iterable<readonly [string, number]>, into: Float32Array): void {
    for (const [stem, weight] of bag) {
      add(features(stem), weight, into);
    }
    normalise(into);
  }

  return {
    model: BUILTIN_MODEL,
    embedDocuments(texts, { signal }) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      const { dimension } = BUILTIN_MODEL;
      const rows = new Float32Array(texts.length * dimension);
      for (const [row, text] of texts.entries()) {
        const bag = documentBag(parseDocumentText(text), analyser);
        write(bag, rows.subarray(row * dimension, (row + 1) * dimension));
      }
      return Promise.resolve(rows);
    },
    embedQuery(text, { signal, weights }) {
      signal.throwIfAborted();
      const vector = new Float32Array(BUILTIN_MODEL.dimension);
      const stems = new Set(analyser.stems(text));
      write(
        Array.from(stems, (stem) => [stem, weights?.weight(stem) ?? 1] as const),
        vector,
      );
      return vector;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function add({ places, wordPlaces, gramCount }: StemFeatures, weight: number, into: Float32Array) {
  const gramWeight = (GRAMS_WEIGHT * weight) / Math.sqrt(gramCount);
  for (let at = 0; at < places.length; at++) {
    const place = places[at]!;
    const amount = at < wordPlaces ? weight : gramWeight;
    into[place >> 1]! += (place & 1) === 1 ? -amount : amount;
  }
}

function normalise(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let at = 0; at < vector.length; at++) vector[at]! *= scale;
}
