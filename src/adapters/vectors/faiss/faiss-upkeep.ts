import type { Clock, Timer } from "../../../kernel/clock.ts";
import type { VectorIndexOptions } from "../options.ts";
import type { VectorMatrix } from "../vector-matrix.ts";
import type { FaissReport } from "./faiss-events.ts";
import { createNativeIndex, type FaissLayout, layoutName } from "./faiss-layout.ts";
import type { FaissLibrary } from "./faiss-library.ts";
import { FaissRows } from "./faiss-rows.ts";
import { runInSlices } from "./in-slices.ts";

/** Fewer tombstones than this never call for a rebuild. */
const FEW_TOMBSTONES = 64;

/** The settings of the section that concern FAISS alone. */
export type FaissSettings = Omit<VectorIndexOptions, "index" | "maxVectors">;

/** What is kept in step, and with what. */
export interface FaissUpkeepDeps {
  readonly matrix: VectorMatrix;
  readonly library: FaissLibrary;
  readonly clock: Clock;
  readonly report: FaissReport;
}

/**
 * Keeps FAISS in step with the matrix: takes new vectors in by slices, and makes the index anew when
 * it outgrows the flat layout or holds too many tombstones. While it lags behind, `answering` is
 * undefined and somebody else must answer.
 */
export class FaissUpkeep {
  readonly #settings: FaissSettings;
  readonly #deps: FaissUpkeepDeps;
  readonly #stopping = new AbortController();
  #rows: FaissRows | undefined;
  #work: Promise<void> | undefined;
  #rebuildTimer: Timer | undefined;
  #rebuildStartedAt: number | undefined;
  #isAdopting = false;

  /** `saved` is a loaded index whose rows wait for their vectors for `adoptWithinMs`. */
  constructor(settings: FaissSettings, deps: FaissUpkeepDeps, saved?: FaissRows) {
    this.#settings = settings;
    this.#deps = deps;
    if (saved === undefined) this.#startEmpty();
    else this.#adopt(saved);
  }

  /** All rows, in step or not; undefined when FAISS has failed. */
  get rows(): FaissRows | undefined {
    return this.#rows;
  }

  /** The rows, if they hold every vector. */
  get answering(): FaissRows | undefined {
    return this.#rows?.waiting === 0 ? this.#rows : undefined;
  }

  changed(slots: readonly number[]): void {
    for (const slot of slots) this.#rows?.enqueue(slot);
    this.#react();
  }

  removed(slots: readonly number[]): void {
    for (const slot of slots) this.#rows?.forget(slot);
    this.#react();
  }

  /** Starts at once what is due, and resolves when it is done. */
  async settled(): Promise<void> {
    if (!this.#isAdopting && this.#rebuildTimer !== undefined) this.#endWaiting();
    while (this.#work !== undefined) await this.#work;
  }

  /** Gives FAISS up: the exact scan answers from now on. */
  fail(error: unknown): void {
    this.#rows = undefined;
    this.#cancelTimer();
    this.#deps.report({ type: "failed", error });
  }

  /** Ends all work; resolves when none is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancelTimer();
    await this.#work;
  }

  #adopt(saved: FaissRows): void {
    this.#rows = saved;
    this.#isAdopting = true;
    this.#scheduleRebuild(this.#settings.adoptWithinMs);
  }

  #startEmpty(): void {
    const { library, matrix } = this.#deps;
    const layout = this.#layoutFor(matrix.size);
    try {
      const native = createNativeIndex(library, matrix.identity.dimension, layout);
      this.#rows = new FaissRows(native, layout, new Float64Array(0));
    } catch (error) {
      this.fail(error);
    }
  }

  #layoutFor(size: number): FaissLayout {
    const { hnswAbove, hnswLinks, hnswBreadth } = this.#settings;
    if (size <= hnswAbove) return { kind: "flat" };
    return { kind: "hnsw", links: hnswLinks, breadth: hnswBreadth };
  }

  #react(): void {
    if (this.#rows === undefined || this.#stopping.signal.aborted) return;
    const reason = this.#staleness(this.#rows);
    if (reason !== undefined && this.#rows.count === 0) this.#rebuild(reason);
    else if (reason !== undefined) this.#scheduleRebuild(this.#settings.rebuildDelayMs);
    this.#catchUp();
  }

  /** Why the index should be made anew, in words; undefined when it should not. */
  #staleness(rows: FaissRows): string | undefined {
    const { hnswAbove, rebuildAboveRatio } = this.#settings;
    const { size } = this.#deps.matrix;
    if (rows.layout.kind === "flat" && size > hnswAbove) {
      return `${size} vectors are more than a flat index should hold (${hnswAbove})`;
    }
    if (rows.tombstones > Math.max(FEW_TOMBSTONES, rebuildAboveRatio * rows.count)) {
      return `${rows.tombstones} of ${rows.count} rows are tombstones`;
    }
    return undefined;
  }

  #scheduleRebuild(delayMs: number): void {
    this.#rebuildTimer ??= this.#deps.clock.after(delayMs, () => this.#endWaiting());
  }

  #cancelTimer(): void {
    this.#rebuildTimer?.[Symbol.dispose]();
    this.#rebuildTimer = undefined;
  }

  #endWaiting(): void {
    this.#cancelTimer();
    this.#isAdopting = false;
    const reason = this.#rows === undefined ? undefined : this.#staleness(this.#rows);
    if (reason !== undefined) this.#rebuild(reason);
    this.#catchUp();
  }

  #rebuild(reason: string): void {
    const { clock, matrix, report } = this.#deps;
    this.#startEmpty();
    if (this.#rows === undefined) return;
    for (const slot of matrix.slots()) this.#rows.enqueue(slot);
    this.#rebuildStartedAt = clock.monotonic();
    report({ type: "rebuild-started", reason, layout: layoutName(this.#rows.layout) });
  }

  /** Whether vectors should be taken in now: not into an index that is about to be made anew. */
  #isBehind(): boolean {
    const isCondemned = this.#rebuildTimer !== undefined && !this.#isAdopting;
    return !isCondemned && (this.#rows?.waiting ?? 0) > 0;
  }

  #catchUp(): void {
    if (this.#work !== undefined || !this.#isBehind()) return;
    const { signal } = this.#stopping;
    this.#work = runInSlices((limit) => this.#step(limit), signal)
      .catch((error: unknown) => this.fail(error))
      .then(() => {
        this.#work = undefined;
        if (!signal.aborted) this.#catchUp();
      });
  }

  #step(limit: number): boolean {
    this.#rows?.addSome(this.#deps.matrix, limit);
    const isBehind = this.#isBehind();
    if (!isBehind) this.#reportRebuilt();
    return isBehind;
  }

  #reportRebuilt(): void {
    const { clock, report } = this.#deps;
    if (this.#rows?.waiting !== 0 || this.#rebuildStartedAt === undefined) return;
    const tookMs = clock.monotonic() - this.#rebuildStartedAt;
    this.#rebuildStartedAt = undefined;
    const vectors = this.#rows.count - this.#rows.tombstones;
    report({ type: "rebuilt", layout: layoutName(this.#rows.layout), vectors, tookMs });
  }
}
