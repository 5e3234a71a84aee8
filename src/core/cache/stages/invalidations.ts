import type { EventLog } from "../../events/index.ts";
import type { Clock, Timer } from "../../../kernel/clock.ts";
import type { Generations } from "../memory/generations.ts";
import type { CacheScope, SharedCache } from "../shared-cache.ts";

/** Least time between two events, in milliseconds, and scopes that one names. */
const EVENT_PAUSE_MS = 1_000;
const MAX_NAMED = 20;

export interface InvalidationsDeps {
  readonly generations: Generations;
  readonly shared: SharedCache | undefined;
  readonly events: Pick<EventLog, "publish">;
  readonly clock: Clock;
}

/** Voids entries by their scopes, in every tier, and tells of it. */
export class Invalidations implements Disposable {
  readonly #deps: InvalidationsDeps;
  readonly #untold = new Set<CacheScope>();
  #untoldCount = 0;
  #pause: Timer | undefined;

  constructor(deps: InvalidationsDeps) {
    this.#deps = deps;
  }

  /** In this process at once; in the others and in L2 once the promise, if there is one, resolves. */
  run(scopes: readonly CacheScope[]): Promise<void> | undefined {
    const { generations, shared } = this.#deps;
    if (scopes.length === 0) return undefined;
    generations.bump(scopes);
    this.#tell(scopes);
    if (shared === undefined) return undefined;
    // Once more when L2 has done it: what was read from it in between may be old.
    return shared.invalidate(scopes).then(() => generations.bump(scopes));
  }

  [Symbol.dispose](): void {
    this.#pause?.[Symbol.dispose]();
  }

  #tell(scopes: readonly CacheScope[]): void {
    this.#untoldCount += 1;
    for (const scope of scopes) if (this.#untold.size < MAX_NAMED) this.#untold.add(scope);
    if (this.#pause === undefined) this.#publish();
  }

  #publish(): void {
    const data = { scopes: [...this.#untold], count: this.#untoldCount };
    this.#untold.clear();
    this.#untoldCount = 0;
    this.#deps.events.publish("cache", "cache.invalidated", data);
    this.#pause = this.#deps.clock.after(EVENT_PAUSE_MS, () => {
      this.#pause = undefined;
      if (this.#untoldCount > 0) this.#publish();
    });
  }
}
