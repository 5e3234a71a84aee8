import type { CacheScope } from "../shared-cache.ts";

/** Scopes that are counted; more and everything is void once. */
const MAX_SCOPES = 10_000;

/**
 * Counts how often scopes have been invalidated. What is kept remembers the sum over its scopes and
 * holds as long as that is the same: counts only rise, so sums are equal only if nothing was
 * invalidated in between. Invalidating costs the same however many entries there are.
 */
export class Generations {
  #counts = new Map<CacheScope, number>();
  /** Where all sums begin; beyond every sum there has been when it is raised. */
  #base = 0;
  #bumps = 0;

  sum(scopes: readonly CacheScope[]): number {
    let sum = this.#base;
    for (const scope of scopes) sum += this.#counts.get(scope) ?? 0;
    return sum;
  }

  /** The sums as they stand now, for scopes that are known only later. Cost: a copy of all counts. */
  snapshot(): Pick<Generations, "sum"> {
    const copy = new Generations();
    copy.#base = this.#base;
    copy.#counts = new Map(this.#counts);
    return copy;
  }

  bump(scopes: readonly CacheScope[]): void {
    for (const scope of scopes) {
      this.#counts.set(scope, (this.#counts.get(scope) ?? 0) + 1);
      this.#bumps += 1;
    }
    if (this.#counts.size > MAX_SCOPES) this.bumpAll();
  }

  bumpAll(): void {
    this.#base += this.#bumps + 1;
    this.#bumps = 0;
    this.#counts.clear();
  }
}
