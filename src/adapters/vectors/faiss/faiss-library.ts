/** As much of faiss-node as is used here. Everything in it is synchronous. */
export interface FaissLibrary {
  readonly Index: {
    /** `description` is a FAISS factory string; metric 0 is the inner product. */
    fromFactory(dimension: number, description: string, metric: number): FaissNativeIndex;
    /** Reads a file; a damaged one may end the process, so check it first. */
    read(path: string): FaissNativeIndex;
    /** Loses as much memory as the buffer holds, at every call. */
    fromBuffer(buffer: Buffer): FaissNativeIndex;
  };
}

/** An index; rows are numbered in the order in which they were added. */
export interface FaissNativeIndex {
  ntotal(): number;
  getDimension(): number;
  /** Takes row after row; only plain arrays. Does not check the numbers. */
  add(rows: readonly number[]): void;
  /** Row numbers, best first, -1 where none was found. Throws when `k` is above `ntotal()`. */
  search(query: readonly number[], k: number): { readonly labels: readonly number[] };
  /** Throws, or with the binary from npm ends the process, when the file cannot be written. */
  write(path: string): void;
  /** Loses as much memory as the buffer holds, at every call. */
  toBuffer(): Buffer;
}

/** FAISS's number for "compare by inner product". */
export const INNER_PRODUCT = 0;
