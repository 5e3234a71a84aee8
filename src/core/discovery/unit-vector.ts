/** Squared lengths this near to 1 are left as they are. */
const TOLERANCE = 1e-4;

/**
 * The vector at unit length, in place; `undefined` when it is all zeros or holds NaN or infinity,
 * and so points nowhere.
 */
export function toUnit(vector: Float32Array): Float32Array | undefined {
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += vector[at]! * vector[at]!;
  if (!Number.isFinite(squares) || squares === 0) return undefined;
  if (Math.abs(squares - 1) <= TOLERANCE) return vector;
  const scale = 1 / Math.sqrt(squares);
  for (let at = 0; at < vector.length; at++) vector[at]! *= scale;
  return vector;
}

/** The dot product of two vectors of one length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
