import { childAbort, type Cancellation } from "../../../kernel/abort.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Kept } from "../memory/kept.ts";
import type { CacheScope, Lease, SharedCache } from "../shared-cache.ts";

/** What a look-up in L2 found. Without a `generation` it could not be asked, and nothing is written to it. */
export interface SharedFinding {
  readonly kept?: Kept;
  readonly generation?: string;
}

/** The right to make a call and keep its answer, as far as other replicas are concerned. */
export interface Claim {
  readonly generation?: string;
  readonly lease?: Lease;
}

export interface SharedTierDeps {
  readonly shared: SharedCache;
  readonly clock: Clock;
  readonly log: Logger;
}

/** L2 as the stages see it: its records as entries of this process, its leases as claims. */
export class SharedTier {
  readonly #deps: SharedTierDeps;
  readonly #leaseTtlMs: number;

  /** A lease lives as long as others would wait for it. */
  constructor(leaseTtlMs: number, deps: SharedTierDeps) {
    this.#deps = deps;
    this.#leaseTtlMs = leaseTtlMs;
  }

  /** `generation`: how often the scopes have been invalidated in this process, before the look-up. */
  async find(
    key: string,
    { scopes, generation }: { readonly scopes: readonly CacheScope[]; readonly generation: number },
  ): Promise<SharedFinding> {
    const lookup = await this.#deps.shared.read(key, scopes);
    if (lookup === undefined) return {};
    if (lookup.hit === undefined) return { generation: lookup.generation };
    const { record, ageMs } = lookup.hit;
    const bornAt = this.#deps.clock.monotonic() - ageMs;
    // A body of its own: what was read may be a piece of a bigger buffer.
    const owned = { ...record, body: Uint8Array.from(record.body) };
    return {
      generation: lookup.generation,
      kept: { record: owned, bornAt, generation, refreshAfter: 0 },
    };
  }

  /** Claims a call that L2 could not answer; `held`: another replica makes it. */
  async claim(key: string, generation: string | undefined): Promise<Claim | "held"> {
    if (generation === undefined) return {};
    if (this.#leaseTtlMs === 0) return { generation };
    const lease = await this.#deps.shared.lease(key, this.#leaseTtlMs);
    if (lease === undefined) return "held";
    return lease === "away" ? {} : { generation, lease };
  }

  /** Waits for the replica that makes a call, no longer than `limitMs` or the signal. */
  async released(key: string, limitMs: number, signal: Cancellation): Promise<void> {
    using limited = childAbort(signal);
    using timeLimit = this.#deps.clock.after(limitMs, () => limited.abort("waited long enough"));
    await this.#deps.shared.released(key, limited.signal);
    timeLimit[Symbol.dispose]();
  }

  /** Gives a claim back; those who wait look again. Not waited for. */
  giveBack({ lease }: Claim): void {
    if (lease === undefined) return;
    lease[Symbol.asyncDispose]().then(undefined, (error: unknown) => {
      this.#deps.log.warn({ err: error }, "A lease in the shared cache could not be given back.");
    });
  }
}
