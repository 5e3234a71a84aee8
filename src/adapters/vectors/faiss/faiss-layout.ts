import { type FaissLibrary, type FaissNativeIndex, INNER_PRODUCT } from "./faiss-library.ts";

/** The shape of a FAISS index: every vector compared, or a graph that is walked. */
export type FaissLayout =
  | { readonly kind: "flat" }
  | { readonly kind: "hnsw"; readonly links: number; readonly breadth: number };

/** Candidates kept while the graph is built; above FAISS's 40, at the same build time. */
const BUILD_BREADTH = 100;

/** What FAISS gives a new graph, and what is therefore expected where they are looked for. */
const DEFAULT_BUILD_BREADTH = 40;
const DEFAULT_BREADTH = 16;

/** Two layouts are the same when their names are. */
export function layoutName(layout: FaissLayout): string {
  return layout.kind === "flat" ? "flat" : `hnsw-${layout.links}-${layout.breadth}`;
}

/** Makes an empty index. @throws Error when this build of FAISS stores a graph in another way. */
export function createNativeIndex(
  library: FaissLibrary,
  dimension: number,
  layout: FaissLayout,
): FaissNativeIndex {
  if (layout.kind === "flat") return library.Index.fromFactory(dimension, "Flat", INNER_PRODUCT);
  const factory = `HNSW${layout.links},Flat`;
  const empty = library.Index.fromFactory(dimension, factory, INNER_PRODUCT).toBuffer();
  return library.Index.fromBuffer(tuneEmptyGraph(empty, layout.breadth));
}

/**
 * Writes the breadths of building and searching into the stored form of an empty graph. faiss-node
 * has no setter for them, and with FAISS's own 16 a search of real tool descriptions misses a fifth
 * of the ten best, whatever `k` it is asked for.
 *
 * Stored form (FAISS 1.7, impl/index_write.cpp, little-endian): a header of 37 bytes; five arrays,
 * each a count of 8 bytes and its items; then five 4-byte integers: entry point, top level, build
 * breadth, search breadth, upper beam.
 */
function tuneEmptyGraph(stored: Buffer, breadth: number): Buffer {
  const itemBytes = [8, 4, 4, 8, 4];
  const at = itemBytes.reduce((offset, bytes) => skipArray(stored, offset, bytes), 37);
  const isKnown =
    at + 20 <= stored.length &&
    stored.readInt32LE(at + 8) === DEFAULT_BUILD_BREADTH &&
    stored.readInt32LE(at + 12) === DEFAULT_BREADTH;
  if (!isKnown) {
    throw new Error("This build of FAISS stores HNSW graphs in a form that is not known here.");
  }
  stored.writeInt32LE(BUILD_BREADTH, at + 8);
  stored.writeInt32LE(breadth, at + 12);
  return stored;
}

function skipArray(stored: Buffer, offset: number, itemBytes: number): number {
  if (offset + 8 > stored.length) return stored.length;
  return offset + 8 + Number(stored.readBigUInt64LE(offset)) * itemBytes;
}
