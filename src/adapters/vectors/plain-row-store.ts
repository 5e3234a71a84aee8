import { BATCH_ROWS, MAX_STORE_BYTES, type RowStore, rowLength } from "./row-store.ts";

/** Rows in a typed array, multiplied by plain JavaScript. */
export function createPlainRowStore(dimension: number): RowStore {
  const length = rowLength(dimension);
  const query = new Float32Array(length);
  const slots = new Uint32Array(BATCH_ROWS);
  const scores = new Float32Array(BATCH_ROWS);
  let rows = new Float32Array(0);
  return {
    kernel: "plain",
    maxRows: Math.floor(MAX_STORE_BYTES / (4 * length)),
    reserve(count) {
      if (count * length <= rows.length) return;
      const grown = new Float32Array(Math.max(count * length, 2 * rows.length));
      grown.set(rows);
      rows = grown;
    },
    write(slot, vectors, offset) {
      rows.set(vectors.subarray(offset, offset + dimension), slot * length);
    },
    row: (slot) => rows.subarray(slot * length, slot * length + dimension),
    setQuery: (vector) => query.set(vector),
    batchSlots: () => slots,
    batchScores: () => scores,
    dots(count) {
      for (let index = 0; index < count; index++) {
        scores[index] = dot(query, rows, (slots[index] as number) * length);
      }
    },
  };
}

/**
 * The product of the query and the row at `start`, summed in the order of the SIMD kernel;
 * `Math.fround` after every step keeps to its single precision.
 */
function dot(query: Float32Array, rows: Float32Array, start: number): number {
  const f = Math.fround;
  const low = f(laneTotal(query, rows, start) + laneTotal(query, rows, start + 1));
  const high = f(laneTotal(query, rows, start + 2) + laneTotal(query, rows, start + 3));
  return f(low + high);
}

/** What one lane of the kernel's four sums comes to; `start`, modulo 4, says which lane. */
function laneTotal(query: Float32Array, rows: Float32Array, start: number): number {
  const f = Math.fround;
  let [sum0, sum1, sum2, sum3] = [f(0), f(0), f(0), f(0)];
  let row = start;
  for (let at = start % 4; at < query.length; at += 16) {
    sum0 = f(sum0 + f((query[at] as number) * (rows[row] as number)));
    sum1 = f(sum1 + f((query[at + 4] as number) * (rows[row + 4] as number)));
    sum2 = f(sum2 + f((query[at + 8] as number) * (rows[row + 8] as number)));
    sum3 = f(sum3 + f((query[at + 12] as number) * (rows[row + 12] as number)));
    row += 16;
  }
  return f(f(sum0 + sum1) + f(sum2 + sum3));
}
