import type { Clock } from "../../kernel/clock.ts";
import type { BoundMetric } from "../metrics/index.ts";
import { fusedScore, type FusionWeights, type Signals } from "./fusion.ts";
import type { LexicalIndex, LexicalMatch, LexicalQuery } from "./lexical/lexical-index.ts";
import type { SlotTable } from "./slot-table.ts";
import { TopSlots, type TieBreak } from "./top-slots.ts";
import type { VectorIndex } from "./vector-index.ts";

/** The vector of a query, and where its like is to be found. */
export interface DenseQuery {
  readonly vector: Float32Array;
  readonly side: { readonly index: VectorIndex; isPending(slot: number): boolean };
}

/** A query on its way to a ranking; a side that is absent takes no part. */
export interface RankRequest {
  readonly words?: LexicalQuery | undefined;
  readonly dense?: DenseQuery | undefined;
  readonly weights: FusionWeights;
  /** Slots that may be found; all when absent. */
  readonly mask: Uint8Array | undefined;
  /** Slots that are wanted; default: all candidates. */
  readonly count?: number;
}

/** A slot found; `score` is in 0–1. */
export interface RankedSlot {
  readonly slot: number;
  readonly score: number;
  readonly signals: Signals;
}

interface RankerDeps {
  readonly slots: SlotTable;
  readonly lexical: LexicalIndex;
  readonly clock: Clock;
  readonly durations: Readonly<Record<"dense" | "lexical" | "fuse", BoundMetric>>;
}

/**
 * Fuses words and vectors: each side proposes its best slots, then every proposed slot is scored by
 * both. Synchronous, so that scratch memory can be shared between searches.
 */
export class Ranker {
  readonly #candidates: number;
  readonly #deps: RankerDeps;
  readonly #tieBreak: TieBreak = (a, b) => this.#byId(a, b);
  /** By slot: the score by words, then the fused one. */
  #scores = new Float32Array(0);
  /** By slot: the cosine, for candidates only. */
  #cosines = new Float32Array(0);
  /** By slot: 1 for the nearest, while they are sorted out. */
  #isNear = new Uint8Array(0);

  constructor(options: { candidates: number }, deps: RankerDeps) {
    this.#candidates = options.candidates;
    this.#deps = deps;
  }

  /** The best slots, best first, equal scores by tool id; slots with nothing for the query are left out. */
  rank(request: RankRequest): RankedSlot[] {
    const { clock, durations, lexical } = this.#deps;
    this.#reserve();
    const startedAt = clock.monotonic();
    const match = request.words && lexical.match(request.words);
    const candidates = match === undefined ? [] : this.#bestByWords(match, request);
    const wordsAt = clock.monotonic();
    if (request.dense !== undefined) this.#addNearest(candidates, request.dense, request.mask);
    const denseAt = clock.monotonic();
    const ranked = this.#fuse(candidates, match, request);
    durations.lexical.observe((wordsAt - startedAt) / 1000);
    durations.dense.observe((denseAt - wordsAt) / 1000);
    durations.fuse.observe((clock.monotonic() - denseAt) / 1000);
    return ranked;
  }

  #bestByWords(match: LexicalMatch, { weights, mask }: RankRequest): number[] {
    if (match.isEmpty) return [];
    const { coverage, cosine } = match;
    const scores = this.#scores;
    const end = Math.min(this.#deps.slots.capacity, coverage.length);
    const top = new TopSlots(scores, { count: this.#candidates, tieBreak: this.#tieBreak });
    for (let slot = 0; slot < end; slot++) {
      scores[slot] = weights.coverage * coverage[slot]! + weights.cosine * cosine[slot]!;
      if (mask === undefined || mask[slot] === 1) top.offer(slot);
    }
    return top.sorted();
  }

  /** Adds the nearest slots to the candidates, and finds the cosines of those that were there. */
  #addNearest(candidates: number[], query: DenseQuery, mask: Uint8Array | undefined): void {
    const { vector, side } = query;
    const { slots, scores } = side.index.search(vector, this.#candidates, mask);
    const isNear = this.#isNear;
    for (let at = 0; at < slots.length; at++) {
      this.#cosines[slots[at]!] = scores[at]!;
      isNear[slots[at]!] = 1;
    }
    const far = Uint32Array.from(candidates.filter((slot) => isNear[slot] !== 1));
    const cosines = side.index.score(vector, far);
    for (let at = 0; at < far.length; at++) this.#cosines[far[at]!] = cosines[at]!;
    for (const slot of candidates) isNear[slot] = 0;
    for (const slot of slots) {
      if (isNear[slot] === 1) candidates.push(slot);
      isNear[slot] = 0;
    }
  }

  #fuse(
    candidates: readonly number[],
    match: LexicalMatch | undefined,
    { dense, weights, count = candidates.length }: RankRequest,
  ): RankedSlot[] {
    const signals = (slot: number): Signals => ({
      coverage: match?.coverage[slot],
      cosine: match?.cosine[slot],
      // A tool that is not embedded yet is judged by its words alone, not as if it were far away.
      dense: dense === undefined || dense.side.isPending(slot) ? undefined : this.#cosines[slot],
    });
    const top = new TopSlots(this.#scores, { count, tieBreak: this.#tieBreak });
    for (const slot of candidates) {
      if (this.#deps.slots.tool(slot) === undefined) continue;
      this.#scores[slot] = fusedScore(signals(slot), weights);
      top.offer(slot);
    }
    return top
      .sorted()
      .map((slot) => ({ slot, score: this.#scores[slot]!, signals: signals(slot) }));
  }

  #byId(a: number, b: number): number {
    const { slots } = this.#deps;
    const [first, second] = [slots.tool(a)?.id ?? "", slots.tool(b)?.id ?? ""];
    if (first === second) return a - b;
    return first < second ? -1 : 1;
  }

  #reserve(): void {
    const { capacity } = this.#deps.slots;
    if (capacity <= this.#scores.length) return;
    const length = Math.max(capacity, this.#scores.length * 2);
    this.#scores = new Float32Array(length);
    this.#cosines = new Float32Array(length);
    this.#isNear = new Uint8Array(length);
  }
}
