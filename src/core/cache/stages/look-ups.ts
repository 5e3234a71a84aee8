import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { CacheHit, Call, Ending } from "../../calls/index.ts";
import { freshnessOf, type Kept } from "../memory/kept.ts";
import type { MemoryTier } from "../memory/memory-tier.ts";
import type { Generations } from "../memory/generations.ts";
import type { NearTier } from "../near/near-tier.ts";
import type { SharedFinding, SharedTier } from "../shared/shared-tier.ts";
import type { CacheCounters, Tier } from "../statistics/cache-counters.ts";
import type { SemanticMatch } from "../semantic-index.ts";
import type { Ask } from "./ask.ts";

/** An entry that may answer, and where it was found. */
export interface Found {
  readonly tier: Tier;
  readonly kept: Kept;
  /** Semantic hits only. */
  readonly match?: SemanticMatch;
}

/** What the tiers behind memory know of a call. */
export interface BehindMemory {
  readonly found?: Found;
  /** What L2 wants to hear when the answer is written to it. */
  readonly generation?: string;
}

export interface LookUpsDeps {
  readonly memory: MemoryTier;
  readonly generations: Generations;
  readonly sharedTier: SharedTier | undefined;
  readonly near: NearTier | undefined;
  readonly counters: CacheCounters;
  readonly clock: Clock;
}

/** Looks calls up, tier by tier, and makes answers of what is found. */
export class LookUps {
  readonly #deps: LookUpsDeps;

  constructor(deps: LookUpsDeps) {
    this.#deps = deps;
  }

  /** The entry in memory, of whatever age; one that has been invalidated is dropped. */
  inMemory({ key, generation }: Pick<Ask, "key" | "generation">): Kept | undefined {
    const kept = this.#deps.memory.get(key);
    if (kept === undefined || kept.generation === generation) return kept;
    this.#deps.memory.delete(key);
    return undefined;
  }

  /** The entry in memory if it may answer. */
  freshInMemory(ask: Ask): Found | undefined {
    const kept = this.inMemory(ask);
    return kept !== undefined && this.mayAnswer(kept) ? { tier: "l1", kept } : undefined;
  }

  mayAnswer({ record, bornAt }: Kept): boolean {
    const freshness = freshnessOf(record, this.#deps.clock.monotonic() - bornAt);
    return freshness === "fresh" || freshness === "revalidate";
  }

  /** L2, one round trip. What is found there is kept in memory too. */
  async inShared(ask: Ask): Promise<BehindMemory> {
    const { sharedTier, counters } = this.#deps;
    if (sharedTier === undefined) return {};
    const finding = await this.findShared(ask.key, ask);
    const { kept, generation } = finding;
    const found = kept !== undefined && this.mayAnswer(kept) ? kept : undefined;
    if (found !== undefined) {
      this.keep(ask, found);
      return { found: { tier: "l2", kept: found } };
    }
    counters.miss("l2", generation === undefined ? "away" : "miss");
    return generation === undefined ? {} : { generation };
  }

  /** Keeps in memory what was found elsewhere. */
  keep({ key, call }: Ask, kept: Kept): void {
    this.#deps.memory.set(key, kept, call.principal.tenant);
  }

  /** L2; nothing that has been invalidated here since it was asked. */
  async findShared(
    key: string,
    { caching, generation }: Pick<Ask, "caching" | "generation">,
  ): Promise<SharedFinding> {
    const { sharedTier, generations } = this.#deps;
    if (sharedTier === undefined) return {};
    const { scopes } = caching;
    const finding = await sharedTier.find(key, { scopes, generation });
    const isCurrent = generations.sum(scopes) === generation;
    if (isCurrent || finding.generation === undefined) return finding;
    return { generation: finding.generation };
  }

  /** L3. */
  async nearby(ask: Ask): Promise<Found | undefined> {
    const { near, counters } = this.#deps;
    if (near?.isOn(ask.caching) !== true) return undefined;
    const finding = await near.find(ask);
    if (finding === undefined) counters.miss("l3");
    return finding && { tier: "l3", ...finding };
  }

  /** L2, then L3. */
  async behindMemory(ask: Ask): Promise<BehindMemory> {
    const shared = await this.inShared(ask);
    if (shared.found !== undefined) return shared;
    const found = await this.nearby(ask);
    return found === undefined ? shared : { ...shared, found };
  }

  /** Whatever is kept for a key, for the sake of another call. */
  async entryOf(key: string, ask: Ask): Promise<Kept | undefined> {
    return (
      this.inMemory({ key, generation: ask.generation }) ?? (await this.findShared(key, ask)).kept
    );
  }

  /** Answers a call with what was found. */
  answer(call: Call, { tier, kept, match }: Found): Ending & { readonly body: RawJson } {
    const { record } = kept;
    const ageMs = this.#deps.clock.monotonic() - kept.bornAt;
    const isStale = ageMs >= record.freshMs;
    this.#deps.counters.hit(tier, call.tool.id, { costMs: record.costMs, isStale });
    call.notes.cache = tier;
    call.notes.cacheHit = hitOf(Math.round(ageMs), match);
    return { kind: "result", body: rawJson(record.body) };
  }
}

function hitOf(ageMs: number, match: SemanticMatch | undefined): CacheHit {
  if (match === undefined) return { ageMs };
  return { ageMs, similarity: match.similarity, originalArguments: match.arguments };
}
