import { normaliseRow } from "../vector-rows.ts";

/** Hidden states of a padded batch: `texts × tokens × dimension` floats, row by row. */
export interface HiddenStates {
  readonly data: Float32Array;
  /** Tokens of each text; what follows in its row is padding. */
  readonly lengths: readonly number[];
  /** Tokens of a padded row. */
  readonly width: number;
  readonly dimension: number;
}

/**
 * The mean of each text's own hidden states, padding left out, brought to unit length: the pooling
 * that sentence-transformers models such as all-MiniLM-L6-v2 are trained with.
 * Gives `texts × dimension` floats.
 */
export function meanPool({ data, lengths, width, dimension }: HiddenStates): Float32Array {
  const rows = new Float32Array(lengths.length * dimension);
  for (const [text, length] of lengths.entries()) {
    const row = rows.subarray(text * dimension, (text + 1) * dimension);
    for (let token = 0; token < length; token++) {
      const start = (text * width + token) * dimension;
      for (let at = 0; at < dimension; at++) row[at]! += data[start + at]!;
    }
    normaliseRow(row);
  }
  return rows;
}
