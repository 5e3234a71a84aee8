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
  /** Hears what the shared cache should not have failed with. */
  readonly onBug: (error: unknown) => void;
}

/** Voids entries by their scopes, in every tier, and tells of it. */
export class Invalidations implements Disposable {
  readonly #deps: InvalidationsDeps;
  readonly #untold = new Set<CacheScope>();
  /** Scopes that L2 is being told of. */
  readonly #bursts = new Map<CacheScope, "once" | "again">();
  #untoldCount = 0;
  #pause: Timer | undefined;

  constructor(deps: InvalidationsDeps) {
    this.#deps = deps;
  }

  /**
   * In this process at once, and in L2 once the promise, if there is one, resolves, which it always
   * does: with L2 away, when it is back. Other replicas have then been told, and hear soon.
   */
  run(scopes: readonly CacheScope[]): Promise<void> | undefined {
    if (scopes.length === 0) return undefined;
    this.#voidHere(scopes);
    return this.#deps.shared && this.#voidShared(this.#deps.shared, scopes);
  }

  /** As `run`, for what may come in bursts: L2 is told one at a time, and once more at the end. */
  runInBursts(scope: CacheScope): void {
    this.#voidHere([scope]);
    const { shared } = this.#deps;
    if (shared === undefined) return;
    if (this.#bursts.has(scope)) this.#bursts.set(scope, "again");
    else void this.#tellUntilQuiet(shared, scope);
  }

  [Symbol.dispose](): void {
    this.#pause?.[Symbol.dispose]();
  }

  #voidHere(scopes: readonly CacheScope[]): void {
    this.#deps.generations.bump(scopes);
    this.#tell(scopes);
  }

  async #voidShared(shared: SharedCache, scopes: readonly CacheScope[]): Promise<void> {
    try {
      await shared.invalidate(scopes);
    } catch (error) {
      this.#deps.onBug(error);
    }
    // Once more: what was read from L2 in between may be old.
    this.#deps.generations.bump(scopes);
  }

  async #tellUntilQuiet(shared: SharedCache, scope: CacheScope): Promise<void> {
    do {
      this.#bursts.set(scope, "once");
      await this.#voidShared(shared, [scope]);
    } while (this.#bursts.get(scope) === "again");
    this.#bursts.delete(scope);
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
