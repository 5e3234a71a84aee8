/** Stands for "no vector"; `fingerprint` never returns it. */
export const NO_FINGERPRINT = 0;

/**
 * A 53-bit number that two different vectors share only by rare chance; it recognises the vectors
 * of a saved index. Two multiplicative hashes over the floats' bits. Sharing one does no harm: a
 * search ranks what FAISS proposes by the vectors themselves.
 */
export function fingerprint(vector: Float32Array): number {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (const word of words) {
    high = Math.imul(high ^ word, 0x01000193);
    low = Math.imul(low ^ (word >>> 15) ^ (word << 17), 0x5bd1e995) ^ (low >>> 13);
  }
  high ^= high >>> 15;
  low ^= low >>> 16;
  return ((high & 0x1fffff) >>> 0) * 2 ** 32 + (low >>> 0) || 1;
}
