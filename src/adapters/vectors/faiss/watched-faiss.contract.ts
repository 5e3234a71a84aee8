import type { FaissLibrary, FaissNativeIndex } from "./faiss-library.ts";
import { realFaiss } from "./real-faiss.contract.ts";

/** FAISS itself, and a count of what was asked of it; told to, it throws. */
export interface WatchedFaiss {
  readonly library: FaissLibrary;
  readonly added: () => number;
  readonly searched: () => number;
  breakDown(method: "add" | "search"): void;
}

/** Puts a watch on the real FAISS. */
export function watchFaiss(dimension: number): WatchedFaiss {
  const { Index } = realFaiss();
  const broken = new Set<string>();
  let [added, searched] = [0, 0];
  const failIfBroken = (method: string): void => {
    if (broken.has(method)) throw new Error(`${method} broke down`);
  };
  const watch = (native: FaissNativeIndex): FaissNativeIndex => ({
    ntotal: () => native.ntotal(),
    getDimension: () => native.getDimension(),
    add(rows) {
      failIfBroken("add");
      added += rows.length / dimension;
      native.add(rows);
    },
    search(query, k) {
      failIfBroken("search");
      searched++;
      return native.search(query, k);
    },
    write: (path) => native.write(path),
    toBuffer: () => native.toBuffer(),
  });
  return {
    library: {
      Index: {
        fromFactory: (...args) => watch(Index.fromFactory(...args)),
        read: (path) => watch(Index.read(path)),
        fromBuffer: (buffer) => watch(Index.fromBuffer(buffer)),
      },
    },
    added: () => added,
    searched: () => searched,
    breakDown: (method) => void broken.add(method),
  };
}
