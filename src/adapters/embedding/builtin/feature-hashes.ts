import { characterGrams } from "../../../core/discovery/index.ts";

/** Coordinates that each feature is spread over; more make collisions milder. */
const SPREAD = 4;
const SHORTEST_GRAM = 3;
const LONGEST_GRAM = 4;
const MAX_CACHED = 20_000;

/**
 * Where the features of a stem fall: first the places of the word itself, then those of its
 * character n-grams. Each is a coordinate × 2, plus 1 when it counts negative.
 */
export interface StemFeatures {
  readonly places: Uint16Array;
  /** How many of the places are the word's. */
  readonly wordPlaces: number;
  /** Number of n-grams. */
  readonly gramCount: number;
}

/** Looks features up, keeping those of the words seen last. `dimension` is at most 32,768. */
export function createFeatureHashes(dimension: number): (stem: string) => StemFeatures {
  const known = new Map<string, StemFeatures>();
  return (stem) => {
    const kept = known.get(stem);
    if (kept !== undefined) return kept;
    if (known.size >= MAX_CACHED) known.clear();
    const grams = characterGrams(stem, SHORTEST_GRAM, LONGEST_GRAM);
    const all = [`=${stem}`, ...grams].flatMap((feature) => places(feature, dimension));
    const features = {
      places: Uint16Array.from(all),
      wordPlaces: SPREAD,
      gramCount: grams.length,
    };
    known.set(stem, features);
    return features;
  };
}

/** Signed feature hashing (Weinberger et al., 2009), several coordinates a feature. */
function places(feature: string, dimension: number): number[] {
  const step = hash(feature, 0x9e3779b9) | 1;
  let state = hash(feature, 0x811c9dc5);
  return Array.from({ length: SPREAD }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + step) | 0;
    const bits = state >>> 0;
    return ((bits >>> 1) % dimension) * 2 + (bits & 1);
  });
}

/** FNV-1a with the finaliser of MurmurHash 3. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
