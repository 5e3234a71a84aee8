import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Random } from "../../../kernel/random.ts";
import {
  failed,
  whenEnded,
  type Call,
  type Ending,
  type Next,
  type Stage,
} from "../../calls/index.ts";
import type { AbsentTools } from "../answers/absent-tools.ts";
import type { BackgroundCalls } from "../background/background-calls.ts";
import { callKey } from "../keys/call-key.ts";
import type { Generations } from "../memory/generations.ts";
import { freshnessOf, isDueEarly, type Kept } from "../memory/kept.ts";
import type { NearTier } from "../near/near-tier.ts";
import type { CacheOptions } from "../options.ts";
import type { Caching } from "../policy/caching.ts";
import type { Cachings } from "../policy/create-cachings.ts";
import type { SharedTier } from "../shared/shared-tier.ts";
import type { CacheCounters } from "../statistics/cache-counters.ts";
import type { Ask } from "./ask.ts";
import { Flights } from "./flights.ts";
import type { Keeper } from "./keeper.ts";
import type { Found, LookUps } from "./look-ups.ts";

export interface CacheStageDeps {
  readonly cachings: Cachings;
  readonly generations: Generations;
  readonly lookUps: LookUps;
  readonly keeper: Keeper;
  readonly absent: AbsentTools;
  readonly sharedTier: SharedTier | undefined;
  readonly near: NearTier | undefined;
  readonly background: BackgroundCalls;
  readonly counters: CacheCounters;
  /** Takes calls of tools that are not cached. */
  readonly uncached: (call: Call, next: Next, caching: Caching) => Ending | Promise<Ending>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** How long an entry is left alone after an attempt to fetch it anew, in milliseconds. */
const REFRESH_PAUSE_MS = 1_000;

/** Answers calls from the tiers, and keeps what servers answer. Hits in memory make no promise. */
export class CacheStage {
  readonly #options: Pick<CacheOptions, "earlyRefresh">;
  readonly #deps: CacheStageDeps;
  readonly #flights: Flights;

  constructor(options: Pick<CacheOptions, "earlyRefresh" | "leaseWaitMs">, deps: CacheStageDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#flights = new Flights(options.leaseWaitMs, {
      ...deps,
      onFound: (ask, found) => this.#answer(ask, found),
    });
  }

  readonly stage: Stage = (call, next) => {
    const caching = this.#deps.cachings.of(call.tool);
    const mode = call.request.cache ?? "default";
    if (!caching.policy.cached) {
      if (mode === "only") return notCached(call, caching.policy.why);
      return this.#deps.uncached(call, next, caching);
    }
    if (mode === "bypass") return this.#bypass(call, next);
    const { key, partition, reason } = keyOf(call, caching);
    if (key === undefined) return mode === "only" ? notCached(call, reason) : next(call);
    const generation = this.#deps.generations.sum(caching.scopes);
    const ask: Ask = { call, next, caching, key, partition, generation };
    return mode === "refresh" ? this.#refetch(ask) : this.#lookUp(ask, mode);
  };

  #bypass(call: Call, next: Next): Ending | Promise<Ending> {
    call.notes.cache = "bypass";
    this.#deps.counters.bypass();
    return next(call);
  }

  async #refetch(ask: Ask): Promise<Ending> {
    ask.call.notes.cache = "miss";
    this.#deps.counters.bypass();
    const { generation } = await this.#deps.lookUps.findShared(ask.key, ask);
    return this.#deps.keeper.fill(ask, generation === undefined ? {} : { generation });
  }

  #lookUp(ask: Ask, mode: "default" | "only"): Ending | Promise<Ending> {
    const { absent, counters, lookUps } = this.#deps;
    const found = lookUps.freshInMemory(ask);
    if (found !== undefined) return this.#answer(ask, found);
    const error = absent.find(ask.key, ask.generation);
    if (error !== undefined) {
      counters.miss("l1");
      ask.call.notes.cache = "l1";
      return failed(error);
    }
    ask.call.notes.cache = "miss";
    return whenEnded(
      () => (mode === "only" ? this.#only(ask) : this.#lookFurther(ask)),
      () => this.#count(ask.call),
    );
  }

  #lookFurther(ask: Ask): Ending | Promise<Ending> {
    const { near, sharedTier, keeper } = this.#deps;
    const isLookedFurther = sharedTier !== undefined || near?.isOn(ask.caching) === true;
    if (isLookedFurther || mayMeetOthers(ask.caching)) return this.#flights.run(ask);
    return keeper.fill(ask);
  }

  /** What memory missed at first: only in the end is it known whether the call was one of its own. */
  #count({ notes, tool }: Call): void {
    const { counters } = this.#deps;
    if (notes.cache === "coalesced") counters.coalesced(tool.id);
    else if (notes.cache !== "l1") counters.miss("l1");
    if (notes.cache === "miss") counters.missedAll(tool.id);
  }

  async #only(ask: Ask): Promise<Ending> {
    const { found } = await this.#deps.lookUps.behindMemory(ask);
    if (found !== undefined) return this.#answer(ask, found);
    return notCached(ask.call, "Nothing is kept for these arguments.");
  }

  #answer(ask: Ask, found: Found): Ending {
    const ending = this.#deps.lookUps.answer(ask.call, found);
    if (ask.call.request.cache === "only") return ending;
    if (found.tier === "l3") this.#check(ask, ending);
    else if (this.#isDue(found.kept)) this.#refresh(ask, found.kept);
    return ending;
  }

  #isDue({ record, bornAt, refreshAfter }: Kept): boolean {
    const { clock, random } = this.#deps;
    const now = clock.monotonic();
    if (now < refreshAfter) return false;
    const ageMs = now - bornAt;
    if (freshnessOf(record, ageMs) === "revalidate") return true;
    return isDueEarly(record, ageMs, { beta: this.#options.earlyRefresh, random });
  }

  /** Fetches an entry anew while it is still given. */
  #refresh(ask: Ask, kept: Kept): void {
    const { background, clock } = this.#deps;
    background.start(ask.key, ask.call, async (call) => {
      kept.refreshAfter = clock.monotonic() + REFRESH_PAUSE_MS;
      await this.#fetchAnew(this.#again(ask, call), kept);
    });
  }

  async #fetchAnew(ask: Ask, old: Kept): Promise<void> {
    const { keeper, lookUps, sharedTier } = this.#deps;
    if (sharedTier === undefined) {
      await keeper.fill(ask);
      return;
    }
    const { kept, generation } = await lookUps.findShared(ask.key, ask);
    const isNewer = kept !== undefined && kept.record.storedAt !== old.record.storedAt;
    if (isNewer && !this.#isDue(kept)) {
      lookUps.keep(ask, kept);
      return;
    }
    const claim = await sharedTier.claim(ask.key, generation);
    if (claim !== "held") await keeper.fill(ask, claim);
  }

  /** Compares some of the semantic hits with what their server says, which is then kept for them. */
  #check(ask: Ask, given: ReturnType<LookUps["answer"]>): void {
    const { background, keeper, near } = this.#deps;
    if (near?.wantsCheck(ask.caching) !== true) return;
    background.start(ask.key, ask.call, async (call) => {
      near.judge(ask.caching, given.body, await keeper.fill(this.#again(ask, call)));
    });
  }

  #again(ask: Ask, call: Call): Ask {
    return { ...ask, call, generation: this.#deps.generations.sum(ask.caching.scopes) };
  }
}

/** Whether calls have one key that single-flight does not take for one. */
function mayMeetOthers({ policy }: Caching): boolean {
  return policy.scope !== "identity" || policy.ignoreArguments.length > 0;
}

function keyOf({ request, principal }: Call, { keyRules }: Caching): ReturnType<typeof callKey> {
  return callKey(request, principal, keyRules);
}

function notCached(call: Call, why: string): Ending {
  const tool = call.tool.id;
  const message = `Nothing is kept for this call of "${tool}" (cache: "only"). ${why}`;
  return failed(new GatewayError("not-cached", message, { tool }));
}
