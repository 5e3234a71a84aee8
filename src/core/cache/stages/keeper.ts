import type { Clock } from "../../../kernel/clock.ts";
import type { Random } from "../../../kernel/random.ts";
import type { Ending } from "../../calls/index.ts";
import type { AbsentTools } from "../answers/absent-tools.ts";
import { freshFor } from "../answers/fresh-for.ts";
import { readAnswer } from "../answers/read-answer.ts";
import type { Generations } from "../memory/generations.ts";
import type { MemoryTier } from "../memory/memory-tier.ts";
import type { NearTier } from "../near/near-tier.ts";
import type { CacheOptions } from "../options.ts";
import type { Cachings } from "../policy/create-cachings.ts";
import type { CacheRecord, SharedCache } from "../shared-cache.ts";
import type { Claim, SharedTier } from "../shared/shared-tier.ts";
import type { Ask } from "./ask.ts";

export interface KeeperDeps {
  readonly cachings: Pick<Cachings, "of">;
  readonly memory: MemoryTier;
  readonly generations: Generations;
  readonly absent: AbsentTools;
  readonly near: NearTier | undefined;
  readonly shared: SharedCache | undefined;
  readonly sharedTier: SharedTier | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Hears what nobody waits for and should not have failed. */
  readonly onBug: (error: unknown) => void;
}

/** When a call was made. */
export interface Asked {
  /** On the monotonic clock. */
  readonly bornAt: number;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

/** Makes calls whose answers are kept where they may be. */
export class Keeper {
  readonly #options: Pick<CacheOptions, "jitterRatio">;
  readonly #deps: KeeperDeps;

  constructor(options: Pick<CacheOptions, "jitterRatio">, deps: KeeperDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Passes a call on and keeps its answer; what is written to L2 is not waited for. */
  fill(ask: Ask, claim: Claim = {}): Ending | Promise<Ending> {
    const asked = this.now();
    let ending: Ending | Promise<Ending>;
    try {
      ending = ask.next(ask.call);
    } catch (bug) {
      this.#giveBack(claim);
      throw bug;
    }
    if (!(ending instanceof Promise)) return this.#settle(ask, ending, { asked, claim });
    return ending.then(
      (value) => this.#settle(ask, value, { asked, claim }),
      (bug: unknown) => {
        this.#giveBack(claim);
        throw bug;
      },
    );
  }

  now(): Asked {
    return { bornAt: this.#deps.clock.monotonic(), storedAt: this.#deps.clock.now() };
  }

  #settle(ask: Ask, ending: Ending, made: { asked: Asked; claim: Claim }): Ending {
    const writing = this.keep(ask, ending, made);
    if (writing === undefined) this.#giveBack(made.claim);
    else void writing.finally(() => this.#giveBack(made.claim)).catch(this.#deps.onBug);
    return ending;
  }

  /**
   * Keeps an ending that is the server's own complete answer, unless its scopes have been
   * invalidated since it was asked for. Gives the writing to L2, if there is any.
   */
  keep(
    ask: Ask,
    ending: Ending,
    { asked, claim }: { readonly asked: Asked; readonly claim: Claim },
  ): Promise<void> | undefined {
    const { notes, principal } = ask.call;
    const { absent, cachings, memory, near, shared } = this.#deps;
    // Whoever led a shared call keeps its answer; what an alternate said is not the server's.
    if (notes.cache === "coalesced" || notes.degraded !== undefined) return undefined;
    if (this.#deps.generations.sum(ask.caching.scopes) !== ask.generation) return undefined;
    // Under its key nothing may lie that another configuration of its server has answered.
    if (cachings.of(ask.call.tool) !== ask.caching) return undefined;
    absent.note(ask.key, ending, ask.generation);
    const record = this.#recordOf(ask, ending, asked);
    if (record === undefined) return undefined;
    const { bornAt } = asked;
    const kept = { record, bornAt, generation: ask.generation, refreshAfter: 0 };
    memory.set(ask.key, kept, principal.tenant);
    near?.add(ask);
    const { generation, lease } = claim;
    if (shared === undefined || generation === undefined) return undefined;
    return shared.write(ask.key, record, {
      generation,
      ...(lease === undefined ? {} : { fence: lease.token }),
    });
  }

  #recordOf({ caching }: Ask, ending: Ending, asked: Asked): CacheRecord | undefined {
    const { clock, memory } = this.#deps;
    if (ending.kind !== "result" || !memory.accepts(ending.body.bytes.length)) return undefined;
    const life = readAnswer(ending.body);
    const freshMs = life === undefined ? 0 : this.#jitter(freshFor(caching, life));
    if (freshMs <= 0) return undefined;
    return {
      body: Uint8Array.from(ending.body.bytes),
      storedAt: asked.storedAt,
      freshMs,
      staleWhileRevalidateMs: caching.policy.staleWhileRevalidateMs,
      staleIfErrorMs: caching.policy.staleIfErrorMs,
      costMs: Math.max(0, clock.monotonic() - asked.bornAt),
      scopes: caching.scopes,
    };
  }

  #jitter(freshMs: number): number {
    return freshMs * (1 - this.#options.jitterRatio * this.#deps.random.next());
  }

  #giveBack(claim: Claim): void {
    this.#deps.sharedTier?.giveBack(claim);
  }
}
