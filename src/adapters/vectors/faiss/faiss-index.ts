import type { VectorIndex, VectorIndexIdentity } from "../../../core/discovery/index.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { KernelChoice } from "../create-row-store.ts";
import { ExactScan } from "../exact-scan.ts";
import { VECTOR_INDEX_DEFAULTS, type VectorIndexOptions } from "../options.ts";
import { checkCount, checkQuery } from "../vector-checks.ts";
import { VectorMatrix } from "../vector-matrix.ts";
import type { FaissReport } from "./faiss-events.ts";
import { layoutName } from "./faiss-layout.ts";
import type { FaissLibrary } from "./faiss-library.ts";
import type { FaissRows } from "./faiss-rows.ts";
import { FaissUpkeep } from "./faiss-upkeep.ts";
import { loadSnapshot, saveSnapshot } from "./snapshot.ts";

/** Rows asked for beyond `k`, in the hope that no more tombstones than that are among the nearest. */
const SPARE_ROWS = 32;

/** Asking FAISS for more rows than this costs more than the exact scan. */
const MOST_ROWS_ASKED = 1024;

/** What a FAISS index is made for; what is left out is as in `VECTOR_INDEX_DEFAULTS`. */
export interface FaissIndexOptions extends Partial<Omit<VectorIndexOptions, "index">> {
  readonly identity: VectorIndexIdentity;
  /** Where the index is saved when it is disposed, and looked for when it is made. Default: nowhere. */
  readonly snapshotDirectory?: string;
  /** Inner loop of the exact scan; default `auto`. */
  readonly kernel?: KernelChoice;
}

/** What a FAISS index is made of. */
export interface FaissIndexDeps {
  /** From `loadFaiss`. */
  readonly library: FaissLibrary;
  readonly clock: Clock;
  /** Default: nobody is told. */
  readonly report?: FaissReport;
}

/** What the index is doing, for `doctor` and readiness. */
export interface FaissIndexState {
  /** `flat`, `hnsw-<links>-<breadth>`, or `none` when FAISS has failed. */
  readonly layout: string;
  /** Who answers an unmasked search just now. */
  readonly answering: "faiss" | "exact";
  /** Vectors that FAISS has not taken in yet. */
  readonly waiting: number;
  readonly tombstones: number;
}

/** The FAISS index. */
export interface FaissIndex extends VectorIndex {
  readonly state: FaissIndexState;
  /**
   * Saves the index in `snapshotDirectory`, if there is one and something changed. Blocks the event
   * loop while FAISS writes (20–60 ms for 15,000 × 384). Failure is reported, not thrown.
   */
  save(): Promise<void>;
}

/**
 * Makes an index that searches with FAISS: flat up to `hnswAbove` vectors, an HNSW graph above. The
 * vectors themselves are kept in a matrix of our own, and it alone tells scores; FAISS proposes
 * whom to score. While FAISS lags behind (it takes vectors in by slices, off the caller's path), under
 * a mask, and where it finds too few, the exact scan answers: what was upserted can be found at once.
 *
 * Rows of a saved index come back to life when the vectors they were made from are upserted again,
 * under whatever slots. An all-zero query finds nothing.
 *
 * @throws RangeError for an identity or a limit that makes no sense.
 */
export async function createFaissIndex(
  options: FaissIndexOptions,
  deps: FaissIndexDeps,
): Promise<FaissIndex> {
  const { identity, kernel = "auto", snapshotDirectory, ...given } = options;
  const settings = { ...VECTOR_INDEX_DEFAULTS, ...given };
  const matrix = new VectorMatrix({ identity, maxVectors: settings.maxVectors, kernel });
  const report: FaissReport = deps.report ?? (() => undefined);
  const saved =
    snapshotDirectory === undefined
      ? undefined
      : await restore(snapshotDirectory, { identity, settings, library: deps.library, report });
  const upkeep = new FaissUpkeep(settings, { ...deps, report, matrix }, saved);
  return assemble({ matrix, upkeep, report, snapshotDirectory });
}

interface RestoreContext {
  readonly identity: VectorIndexIdentity;
  readonly settings: VectorIndexOptions;
  readonly library: FaissLibrary;
  readonly report: FaissReport;
}

async function restore(directory: string, context: RestoreContext): Promise<FaissRows | undefined> {
  const { identity, settings, library, report } = context;
  const { hnswLinks: links, hnswBreadth: breadth } = settings;
  const layouts = [{ kind: "flat" }, { kind: "hnsw", links, breadth }] as const;
  const load = await loadSnapshot(directory, { identity, layouts }, library);
  if (load.status === "ignored") report({ type: "snapshot-ignored", reason: load.reason });
  if (load.status !== "loaded") return undefined;
  const { rows } = load;
  report({ type: "snapshot-loaded", layout: layoutName(rows.layout), vectors: rows.count });
  return rows;
}

interface Parts {
  readonly matrix: VectorMatrix;
  readonly upkeep: FaissUpkeep;
  readonly report: FaissReport;
  readonly snapshotDirectory: string | undefined;
}

function assemble(parts: Parts): FaissIndex {
  const { matrix, upkeep } = parts;
  const { identity } = matrix;
  const scan = new ExactScan(matrix);
  let saving = Promise.resolve();
  const save = () => (saving = saving.then(() => saveChanges(parts)));
  return {
    kind: "faiss",
    identity,
    get size() {
      return matrix.size;
    },
    get state() {
      return stateOf(upkeep);
    },
    upsert: (slots, vectors) => upkeep.changed(matrix.upsert(slots, vectors)),
    remove: (slots) => upkeep.removed(matrix.remove(slots)),
    search(query, k, mask) {
      checkCount(k);
      const found = checkQuery(query, identity.dimension) === "unit" ? k : 0;
      const wanted = Math.min(found, matrix.size);
      const candidates = mask === undefined ? propose(query, wanted, upkeep) : undefined;
      if (candidates === undefined) return scan.search(query, wanted, mask);
      return scan.rank(query, candidates, wanted);
    },
    score(query, slots) {
      checkQuery(query, identity.dimension);
      return scan.score(query, slots);
    },
    settled: () => upkeep.settled(),
    save,
    async [Symbol.asyncDispose]() {
      await upkeep.stop();
      await save();
    },
  };
}

/** At least `wanted` slots that FAISS takes for the nearest; undefined where it cannot tell. */
function propose(
  query: Float32Array,
  wanted: number,
  upkeep: FaissUpkeep,
): readonly number[] | undefined {
  const rows = upkeep.answering;
  if (rows === undefined || wanted === 0) return undefined;
  const ask = Math.min(rows.count, wanted + Math.min(rows.tombstones, SPARE_ROWS));
  if (ask > MOST_ROWS_ASKED) return undefined;
  try {
    const slots = rows.nearest(query, ask);
    return slots.length >= wanted ? slots : undefined;
  } catch (error) {
    upkeep.fail(error);
    return undefined;
  }
}

function stateOf(upkeep: FaissUpkeep): FaissIndexState {
  const { rows, answering } = upkeep;
  return {
    layout: rows === undefined ? "none" : layoutName(rows.layout),
    answering: answering === undefined ? "exact" : "faiss",
    waiting: rows?.waiting ?? 0,
    tombstones: rows?.tombstones ?? 0,
  };
}

async function saveChanges({ matrix, upkeep, report, snapshotDirectory }: Parts): Promise<void> {
  const { rows } = upkeep;
  if (snapshotDirectory === undefined || rows === undefined || !rows.isChanged) return;
  try {
    const sizeBytes = await saveSnapshot(snapshotDirectory, rows, matrix);
    report({ type: "snapshot-saved", vectors: rows.count - rows.tombstones, sizeBytes });
  } catch (error) {
    report({ type: "snapshot-failed", error });
  }
}
