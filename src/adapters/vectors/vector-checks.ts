import type { VectorIndexIdentity } from "../../core/discovery/index.ts";

/** How far from 1 a vector's length may be. */
const LENGTH_TOLERANCE = 1e-3;

/** @throws RangeError unless the model has a name and vectors of at least one number. */
export function checkIdentity({ model, dimension }: VectorIndexIdentity): void {
  if (model === "")
    throw new RangeError("The vector index needs a model id; received an empty one.");
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > 65_536) {
    throw new RangeError(
      `The dimension of a vector index is an integer from 1 to 65536; received ${dimension}.`,
    );
  }
}

/** @throws RangeError naming the first slot whose row is not a unit vector, or what does not fit. */
export function checkRows(slots: Uint32Array, vectors: Float32Array, limits: RowLimits): void {
  const { dimension, maxSlots } = limits;
  if (vectors.length !== slots.length * dimension) {
    throw new RangeError(
      `${slots.length} slots of dimension ${dimension} (first slot ${slots[0] ?? "none"}) need ` +
        `${slots.length * dimension} floats; received ${vectors.length}.`,
    );
  }
  slots.forEach((slot, place) => {
    if (slot >= maxSlots) {
      throw new RangeError(
        `Slot ${slot} is past the limit of ${maxSlots} vectors (discovery.maxVectors).`,
      );
    }
    const start = place * dimension;
    if (isUnit(squaredLength(vectors, start, start + dimension))) return;
    throw new RangeError(
      describe(`The vector for slot ${slot}`, vectors.subarray(start, start + dimension)),
    );
  });
}

export interface RowLimits {
  readonly dimension: number;
  readonly maxSlots: number;
}

/**
 * Tells a query that can be searched for (`unit`) from one that had nothing to embed (`zero`), which
 * is near to nothing.
 *
 * @throws RangeError for any other vector.
 */
export function checkQuery(query: Float32Array, dimension: number): "unit" | "zero" {
  if (query.length !== dimension) {
    throw new RangeError(
      `The query vector must have dimension ${dimension}; received ${query.length}.`,
    );
  }
  const squared = squaredLength(query, 0, dimension);
  if (squared === 0) return "zero";
  if (isUnit(squared)) return "unit";
  throw new RangeError(describe("The query vector", query));
}

/** @throws RangeError unless `k` is a whole number from 0 up. */
export function checkCount(k: number): void {
  if (Number.isInteger(k) && k >= 0) return;
  throw new RangeError(`The number of vectors to find is an integer from 0 up; received ${k}.`);
}

/** Not a number as soon as one of the numbers is not. */
function squaredLength(vectors: Float32Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) {
    const value = vectors[at] as number;
    sum += value * value;
  }
  return sum;
}

function isUnit(squared: number): boolean {
  return Math.abs(Math.sqrt(squared) - 1) <= LENGTH_TOLERANCE;
}

function describe(subject: string, vector: Float32Array): string {
  const odd = vector.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    return `${subject} must hold finite numbers; number ${odd} of it is ${vector[odd]}.`;
  }
  const length = Math.sqrt(squaredLength(vector, 0, vector.length));
  return (
    `${subject} must have length 1 within ${LENGTH_TOLERANCE}; received length ` +
    `${length.toPrecision(6)}. Normalise it first.`
  );
}
