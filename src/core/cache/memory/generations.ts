import type { CacheScope } from "../shared-cache.ts";

/** Scopes that are counted; more and everything is void once. */
const MAX_SCOPES = 10_000;

/**
 * Counts how often scopes have been invalidated. What is kept remembers the sum over its scopes and
 * holds as long as that is the same: counts only rise, so sums are equal only if nothing was
 * invalidated in between. Invalidating costs the same however many entries there are.
 */
export class Generations {
  readonly #counts = new Map<CacheScope, number>();
  /** Where all sums begin; beyond every sum there has been when it is raised. */
  #base = 0;
  #bumps = 0;

  sum(scopes: readonly CacheScope[]): number {
    let sum = this.#base;
    for (const scope of scopes) sum += this.#counts.get(scope) ?? 0;
    return sum;
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

  /** Whether a scope may have been invalidated since the start. */
  hasBumped(scopes: readonly CacheScope[]): boolean {
    return this.sum(scopes) !== 0;
  }
}
