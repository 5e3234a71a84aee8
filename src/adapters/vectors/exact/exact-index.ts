import type { VectorIndex, VectorIndexIdentity } from "../../../core/discovery/index.ts";
import type { KernelChoice } from "../create-row-store.ts";
import { ExactScan } from "../exact-scan.ts";
import { VECTOR_INDEX_DEFAULTS, type VectorIndexOptions } from "../options.ts";
import type { RowStore } from "../row-store.ts";
import { checkCount, checkQuery } from "../vector-checks.ts";
import { VectorMatrix } from "../vector-matrix.ts";

/** What an exact index is made for. */
export interface ExactIndexOptions extends Partial<Pick<VectorIndexOptions, "maxVectors">> {
  readonly identity: VectorIndexIdentity;
  /** Default `auto`: WebAssembly SIMD where the runtime has it, else plain typed arrays. */
  readonly kernel?: KernelChoice;
}

/** The exact index, and which inner loop it runs on. */
export interface ExactIndex extends VectorIndex {
  readonly kernel: RowStore["kernel"];
}

/**
 * Makes an empty index that compares the query with every vector: always exact, also under a mask,
 * nothing to build and nothing to wait for. An all-zero query finds nothing.
 *
 * @throws RangeError for an identity or a limit that makes no sense, Error when the kernel `simd`
 * is asked for and cannot be had.
 */
export function createExactIndex(options: ExactIndexOptions): ExactIndex {
  const { identity, kernel = "auto" } = options;
  const { maxVectors = VECTOR_INDEX_DEFAULTS.maxVectors } = options;
  const matrix = new VectorMatrix({ identity, maxVectors, kernel });
  const scan = new ExactScan(matrix);
  return {
    kind: "exact",
    kernel: matrix.store.kernel,
    identity,
    get size() {
      return matrix.size;
    },
    upsert: (slots, vectors) => void matrix.upsert(slots, vectors),
    remove: (slots) => void matrix.remove(slots),
    search(query, k, mask) {
      checkCount(k);
      const found = checkQuery(query, identity.dimension) === "unit" ? k : 0;
      return scan.search(query, found, mask);
    },
    score(query, slots) {
      checkQuery(query, identity.dimension);
      return scan.score(query, slots);
    },
    settled: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
