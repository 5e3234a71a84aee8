import { LRUCache } from "lru-cache";
import type { BoundMetric, Metrics } from "../../metrics/index.ts";
import type { ToolCacheStats } from "../caches.ts";

/** A tier of the cache. */
export type Tier = "l1" | "l2" | "l3";

/** How a look-up in a tier ended; `away`: the tier could not be asked. */
export type LookUpResult = "hit" | "stale" | "miss" | "away";

const TIERS: readonly Tier[] = ["l1", "l2", "l3"];
const RESULTS: readonly LookUpResult[] = ["hit", "stale", "miss", "away"];
/** Tools whose figures are remembered, and how many of them are told. */
const MAX_TOOLS = 2_000;
const TOLD_TOOLS = 100;

type Tally = { -readonly [Key in keyof Omit<ToolCacheStats, "tool">]: ToolCacheStats[Key] };

/** Counts what the caches do: by tier, by tool, and as metrics. */
export class CacheCounters {
  readonly #tiers: Record<Tier, { hits: number; misses: number }> = {
    l1: { hits: 0, misses: 0 },
    l2: { hits: 0, misses: 0 },
    l3: { hits: 0, misses: 0 },
  };
  readonly #tools = new LRUCache<string, Tally>({ max: MAX_TOOLS });
  readonly #requests: ReadonlyMap<string, BoundMetric>;
  readonly #bypasses: BoundMetric;
  readonly #savedSeconds: BoundMetric;
  #savedMs = 0;

  constructor(metrics: Metrics) {
    const series = TIERS.flatMap((tier) =>
      RESULTS.map((result) => {
        const metric = metrics.bind("cacheRequests", { tier, result });
        return [tier + result, metric] as const;
      }),
    );
    this.#requests = new Map(series);
    this.#bypasses = metrics.bind("cacheRequests", { tier: "none", result: "bypass" });
    this.#savedSeconds = metrics.bind("cacheSavedSeconds", {});
  }

  get savedMs(): number {
    return this.#savedMs;
  }

  of(tier: Tier): { readonly hits: number; readonly misses: number } {
    return this.#tiers[tier];
  }

  /** An answer from a tier, which spared a server `costMs`. */
  hit(tier: Tier, tool: string, { costMs, isStale }: { costMs: number; isStale: boolean }): void {
    this.#tiers[tier].hits += 1;
    this.#requests.get(isStale ? `${tier}stale` : `${tier}hit`)?.add();
    this.#savedMs += costMs;
    this.#savedSeconds.add(costMs / 1_000);
    const tally = this.#tallyOf(tool);
    tally.hits += 1;
    tally.savedMs += costMs;
    if (isStale) tally.stale += 1;
  }

  miss(tier: Tier, result: "miss" | "away" = "miss"): void {
    this.#tiers[tier].misses += 1;
    this.#requests.get(tier + result)?.add();
  }

  /** A call of a tool that none of the tiers could answer, and no equal one under way. */
  missedAll(tool: string): void {
    this.#tallyOf(tool).misses += 1;
  }

  /** A call of a tool that shared an equal one under way. */
  coalesced(tool: string): void {
    this.#tallyOf(tool).coalesced += 1;
  }

  bypass(): void {
    this.#bypasses.add();
  }

  /** The tools with the most hits and misses. */
  tools(): ToolCacheStats[] {
    return [...this.#tools.entries()]
      .map(([tool, tally]) => ({ tool, ...tally }))
      .toSorted((a, b) => b.hits + b.misses - a.hits - a.misses || (a.tool < b.tool ? -1 : 1))
      .slice(0, TOLD_TOOLS);
  }

  #tallyOf(tool: string): Tally {
    const known = this.#tools.get(tool);
    if (known !== undefined) return known;
    const tally = { hits: 0, misses: 0, coalesced: 0, stale: 0, savedMs: 0 };
    this.#tools.set(tool, tally);
    return tally;
  }
}
