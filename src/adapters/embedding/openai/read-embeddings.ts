import { normaliseRow } from "../vector-rows.ts";
import { ServiceError } from "./service-error.ts";

/**
 * Reads the answer of `/v1/embeddings`: unit vectors row by row, in the order of the texts, which the
 * answer tells by `index` and need not keep itself. Vectors are lists of numbers or base64 of
 * little-endian float32.
 *
 * @param expected how many texts were sent, and the dimension if it is known
 * @throws ServiceError when the answer is anything else.
 */
export function readEmbeddings(
  answer: unknown,
  expected: { readonly count: number; readonly dimension: number | undefined },
): { readonly rows: Float32Array; readonly dimension: number } {
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw odd('an object with a list "data"', answer);
  if (data.length !== expected.count) {
    throw odd(`${expected.count} embeddings, one for each text`, `${data.length} embeddings`);
  }
  const vectors = inOrder(data as readonly unknown[]);
  const dimension = expected.dimension ?? vectors[0]?.length ?? 0;
  const rows = new Float32Array(expected.count * dimension);
  for (const [place, vector] of vectors.entries()) {
    if (vector.length !== dimension || dimension === 0) {
      throw odd(`vectors of ${dimension} numbers`, `one of ${vector.length} numbers`);
    }
    const row = rows.subarray(place * dimension, (place + 1) * dimension);
    row.set(vector);
    normalise(row);
  }
  return { rows, dimension };
}

function inOrder(data: readonly unknown[]): ArrayLike<number>[] {
  const vectors: (ArrayLike<number> | undefined)[] = data.map(() => undefined);
  for (const [place, item] of data.entries()) {
    const { index = place, embedding } = (item ?? {}) as { index?: unknown; embedding?: unknown };
    const isFree = typeof index === "number" && index in vectors && vectors[index] === undefined;
    if (!isFree)
      throw odd(`each index from 0 to ${data.length - 1} once`, `index ${String(index)}`);
    vectors[index] = readVector(embedding);
  }
  return vectors as ArrayLike<number>[];
}

function readVector(embedding: unknown): ArrayLike<number> {
  if (typeof embedding === "string") {
    const bytes = Buffer.from(embedding, "base64");
    if (bytes.length % 4 !== 0) throw odd("base64 of float32", `${bytes.length} bytes`);
    return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
  }
  if (Array.isArray(embedding) && embedding.every((each) => typeof each === "number")) {
    return embedding;
  }
  throw odd("a list of numbers or base64 in each embedding", embedding);
}

function normalise(row: Float32Array): void {
  try {
    normaliseRow(row);
  } catch {
    throw odd("finite numbers", "others");
  }
}

function odd(wanted: string, received: unknown): ServiceError {
  const text = typeof received === "string" ? received : (JSON.stringify(received) ?? "nothing");
  const message = `The embedding service gave an odd answer: ${wanted} expected, received ${text.slice(0, 80)}`;
  return new ServiceError(message, { problem: "failed" });
}
