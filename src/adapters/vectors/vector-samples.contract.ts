import type { VectorHits } from "../../core/discovery/index.ts";

/** Repeatable numbers in [0, 1): mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Repeatable unit vectors, row by row. */
export function unitVectors(
  count: number,
  { dimension, seed }: { readonly dimension: number; readonly seed: number },
): Float32Array {
  const random = randomOf(seed);
  const vectors = new Float32Array(count * dimension);
  for (let row = 0; row < count; row++) {
    const numbers = Array.from({ length: dimension }, () => random() + random() + random() - 1.5);
    const length = Math.hypot(...numbers);
    vectors.set(
      numbers.map((value) => value / length),
      row * dimension,
    );
  }
  return vectors;
}

/** Slots 0 to `count` - 1. */
export function slotsOf(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, slot) => slot);
}

/** What a naive list answers, in double precision. */
export function nearest(
  stored: readonly (readonly [number, Float32Array])[],
  query: Float32Array,
  k: number,
): VectorHits {
  const hits = stored
    .map(([slot, vector]) => ({
      slot,
      score: query.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0),
    }))
    .toSorted((a, b) => b.score - a.score || a.slot - b.slot)
    .slice(0, k);
  return {
    slots: Uint32Array.from(hits, (hit) => hit.slot),
    scores: Float32Array.from(hits, (hit) => Math.max(-1, Math.min(1, hit.score))),
  };
}

/**
 * How an answer differs from the expected one, in words. Scores must agree to rounding; slots too,
 * except among equal scores and at the end, where rounding may decide.
 */
export function differences(found: VectorHits, expected: VectorHits): readonly string[] {
  if (found.slots.length !== expected.slots.length || found.scores.length !== found.slots.length) {
    return [`${found.slots.length} hits instead of ${expected.slots.length}`];
  }
  return [...expected.slots].flatMap((slot, place) => {
    const score = expected.scores[place];
    const [wrong, other] = [found.scores[place], found.slots[place]];
    if (!isNear(wrong, score)) return [`place ${place} scores ${wrong} instead of ${score}`];
    const mayDiffer =
      place === expected.slots.length - 1 ||
      isNear(score, expected.scores[place - 1]) ||
      isNear(score, expected.scores[place + 1]);
    return mayDiffer || other === slot ? [] : [`place ${place} is ${other} instead of ${slot}`];
  });
}

function isNear(a = 9, b = -9): boolean {
  return Math.abs(a - b) < 1e-5;
}
