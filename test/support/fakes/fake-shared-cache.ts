import { sleep, type Clock } from "../../../src/kernel/clock.ts";
import type {
  CacheRecord,
  CacheScope,
  Lease,
  SharedCache,
  SharedCacheStatus,
  SharedHit,
  SharedLookup,
} from "../../../src/core/cache/index.ts";

/** A shared cache in memory; each handle on it stands for a replica. */
export interface FakeSharedStore {
  connect(): FakeSharedCache;
  /** From now on nothing is answered; what is held stays. */
  goAway(): void;
  comeBack(): void;
  /** Look-ups and leases take so long; those longer than 50 ms are given up. */
  slowDown(delayMs: number): void;
  /** Puts nonsense where a record lies. */
  spoil(key: string): void;
  readonly keys: readonly string[];
}

/** A handle, and what has been asked of it. */
export interface FakeSharedCache extends SharedCache {
  readonly asked: { reads: number; writes: number; invalidations: number; leases: number };
}

type Told = Parameters<Parameters<SharedCache["onInvalidated"]>[0]>[0];

interface Stored {
  /** `undefined` for nonsense. */
  readonly record: CacheRecord | undefined;
  readonly writtenAt: number;
  readonly askedAt: number;
  readonly generation: string;
}

/** What all handles see. */
interface Store {
  readonly clock: Clock;
  readonly records: Map<string, Stored>;
  readonly generations: Map<CacheScope, number>;
  readonly fences: Map<string, number>;
  readonly leases: Map<string, { readonly token: number; readonly until: number }>;
  readonly handles: Set<FakeHandle>;
  isAway: boolean;
  delayMs: number;
}

/** Longest look-up, in milliseconds. */
const READ_TIMEOUT_MS = 50;
/** How often a held lease is looked at, in milliseconds. */
const POLL_MS = 5;

/** Makes an empty store whose time is `clock`'s. */
export function createFakeSharedStore(clock: Clock): FakeSharedStore {
  const store: Store = {
    clock,
    records: new Map(),
    generations: new Map(),
    fences: new Map(),
    leases: new Map(),
    handles: new Set(),
    isAway: false,
    delayMs: 0,
  };
  return {
    connect() {
      const handle = new FakeHandle(store);
      store.handles.add(handle);
      return handle;
    },
    goAway() {
      store.isAway = true;
      for (const handle of store.handles) handle.tellStatus();
    },
    comeBack() {
      store.isAway = false;
      for (const handle of store.handles) handle.catchUp();
    },
    slowDown(delayMs) {
      store.delayMs = delayMs;
    },
    spoil(key) {
      const stored = store.records.get(key);
      if (stored !== undefined) store.records.set(key, { ...stored, record: undefined });
    },
    get keys() {
      return [...store.records.keys()];
    },
  };
}

class FakeHandle implements FakeSharedCache {
  readonly asked = { reads: 0, writes: 0, invalidations: 0, leases: 0 };
  readonly #store: Store;
  readonly #listeners = new Set<(what: Told) => void>();
  readonly #statusListeners = new Set<(status: SharedCacheStatus) => void>();
  readonly #untold = new Set<CacheScope>();
  #since: number;

  constructor(store: Store) {
    this.#store = store;
    this.#since = store.clock.now();
  }

  status(): SharedCacheStatus {
    const place = { target: "memory", since: this.#since };
    if (!this.#store.isAway) return { ...place, state: "ready" };
    return { ...place, state: "away", reason: "it was told to be away" };
  }

  async read(key: string, scopes: readonly CacheScope[]): Promise<SharedLookup | undefined> {
    this.asked.reads += 1;
    if (!(await this.#answers())) return undefined;
    const generation = `${this.#store.clock.monotonic()}|${this.#generationOf(scopes)}`;
    const hit = this.#hitAt(key);
    return hit === undefined ? { generation } : { generation, hit };
  }

  write(
    key: string,
    record: CacheRecord,
    made: { readonly generation: string; readonly fence?: number },
  ): Promise<void> {
    this.asked.writes += 1;
    const { records, fences, clock, isAway } = this.#store;
    const [asked, generation] = made.generation.split("|");
    const askedAt = Number(asked);
    const isCurrent = generation === this.#generationOf(record.scopes);
    const isFenced = made.fence !== undefined && made.fence < (fences.get(key) ?? 0);
    const isOlder = this.#hitAt(key) !== undefined && records.get(key)!.askedAt > askedAt;
    if (!isAway && isCurrent && !isFenced && !isOlder) {
      const kept = { ...record, body: Uint8Array.from(record.body), scopes: [...record.scopes] };
      records.delete(key);
      records.set(key, { record: kept, writtenAt: clock.monotonic(), askedAt, generation });
    }
    return Promise.resolve();
  }

  invalidate(scopes: readonly CacheScope[]): Promise<void> {
    this.asked.invalidations += 1;
    for (const scope of scopes) this.#untold.add(scope);
    if (!this.#store.isAway) this.#tellInvalidated();
    return Promise.resolve();
  }

  remove(key: string): Promise<void> {
    if (!this.#store.isAway) {
      this.#store.records.delete(key);
      for (const handle of this.#store.handles) handle.hear({ key });
    }
    return Promise.resolve();
  }

  async lease(key: string, ttlMs: number): Promise<Lease | "away" | undefined> {
    this.asked.leases += 1;
    if (!(await this.#answers())) return "away";
    const { leases, fences, clock } = this.#store;
    if (this.#isLeased(key)) return undefined;
    const token = (fences.get(key) ?? 0) + 1;
    fences.set(key, token);
    leases.set(key, { token, until: clock.monotonic() + ttlMs });
    return {
      token,
      [Symbol.asyncDispose]: () => {
        if (leases.get(key)?.token === token) leases.delete(key);
        return Promise.resolve();
      },
    };
  }

  async released(key: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#isLeased(key)) {
      await sleep(this.#store.clock, POLL_MS, signal).catch(() => undefined);
    }
  }

  async *recent(limit: number): AsyncIterable<{ readonly key: string } & SharedHit> {
    if (!(await this.#answers())) return;
    const newest = [...this.#store.records.keys()].toReversed().slice(0, limit);
    for (const key of newest) {
      const hit = this.#hitAt(key);
      if (hit !== undefined) yield { key, ...hit };
    }
  }

  onInvalidated(listener: (what: Told) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  onStatus(listener: (status: SharedCacheStatus) => void): Disposable {
    this.#statusListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#statusListeners.delete(listener) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#store.handles.delete(this);
    this.#listeners.clear();
    this.#statusListeners.clear();
    return Promise.resolve();
  }

  hear(what: Told): void {
    for (const listener of this.#listeners) listener(what);
  }

  tellStatus(): void {
    this.#since = this.#store.clock.now();
    for (const listener of this.#statusListeners) listener(this.status());
  }

  catchUp(): void {
    if (this.#untold.size > 0) this.#tellInvalidated();
    this.hear("all");
    this.tellStatus();
  }

  #tellInvalidated(): void {
    const scopes = [...this.#untold];
    this.#untold.clear();
    const { generations, handles } = this.#store;
    for (const scope of scopes) generations.set(scope, (generations.get(scope) ?? 0) + 1);
    for (const handle of handles) handle.hear({ scopes });
  }

  #hitAt(key: string): SharedHit | undefined {
    const stored = this.#store.records.get(key);
    if (stored?.record === undefined) return undefined;
    const { record, writtenAt, generation } = stored;
    const ageMs = this.#store.clock.monotonic() - writtenAt;
    const { freshMs, staleWhileRevalidateMs, staleIfErrorMs } = record;
    const isOver = ageMs >= freshMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs);
    if (isOver || generation !== this.#generationOf(record.scopes)) return undefined;
    return { record, ageMs };
  }

  #generationOf(scopes: readonly CacheScope[]): string {
    return scopes.map((scope) => this.#store.generations.get(scope) ?? 0).join(",");
  }

  #isLeased(key: string): boolean {
    const lease = this.#store.leases.get(key);
    return lease !== undefined && lease.until > this.#store.clock.monotonic();
  }

  /** Waits as long as an answer takes; `false` when there is none. */
  async #answers(): Promise<boolean> {
    const { clock, delayMs } = this.#store;
    if (delayMs > 0) {
      await sleep(clock, Math.min(delayMs, READ_TIMEOUT_MS), new AbortController().signal);
    }
    return !this.#store.isAway && delayMs <= READ_TIMEOUT_MS;
  }
}
