/**
 * A name by which entries are invalidated together: `tenantless` and stable over replicas, such as
 * `server:users` or `tag:crm`. At most 16 for one entry.
 */
export type CacheScope = string;

/** What is kept for a call. */
export interface CacheRecord {
  /** The upstream's `result` bytes. */
  readonly body: Uint8Array;
  /** When the answer was asked for, milliseconds since the epoch on the clock of the replica that did. */
  readonly storedAt: number;
  /** From then on, in milliseconds. */
  readonly freshMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  /** How long the upstream took to answer, in milliseconds. */
  readonly costMs: number;
  /** What it is invalidated by. */
  readonly scopes: readonly CacheScope[];
}

/** A record as found in the shared cache. */
export interface SharedHit {
  readonly record: CacheRecord;
  /** How old it is by the shared cache's own clock, in milliseconds: replicas' clocks may differ. */
  readonly ageMs: number;
}

/** What a look-up found, and what a later `write` must hold against. */
export interface SharedLookup {
  readonly hit?: SharedHit;
  /**
   * How often each scope had been invalidated, opaque; a record made after this look-up is written
   * with it, and is void if the scopes have been invalidated in between.
   */
  readonly generation: string;
}

/** The right to make a call that other replicas wait for. */
export interface Lease extends AsyncDisposable {
  /** Rises with every lease of the key: a `write` with an older one is refused (fencing). */
  readonly token: number;
}

/** `away`: it cannot be reached; calls go on without it. */
export interface SharedCacheStatus {
  readonly state: "ready" | "away" | "connecting";
  /** Why it is away, or what it cannot do though it is there, for operators; never a secret. */
  readonly reason?: string;
  /** Entries that were found and could not be read, since the start. */
  readonly damagedEntries?: number;
  /** The address without credentials. */
  readonly target: string;
  readonly since: number;
}

/**
 * The cache that replicas share (L2). Nothing here throws or waits long when it is away: look-ups
 * find nothing, writes do nothing, and `status` says so.
 */
export interface SharedCache extends AsyncDisposable {
  status(): SharedCacheStatus;
  /**
   * One round trip. `undefined` when the cache is away or too slow. The scopes are those of the
   * record, in its order; one that was written with others is not found.
   */
  read(key: string, scopes: readonly CacheScope[]): Promise<SharedLookup | undefined>;
  /**
   * Keeps a record until it can no longer be given, stale times included, unless one is there that
   * was looked for later. Never rejects.
   */
  write(
    key: string,
    record: CacheRecord,
    made: { readonly generation: string; readonly fence?: number },
  ): Promise<void>;
  /**
   * Voids all entries of the scopes, in one step however many there are, and tells every replica.
   * Those that could not be told while the cache was away are told when it is back.
   */
  invalidate(scopes: readonly CacheScope[]): Promise<void>;
  /** Forgets one entry, and tells every replica. */
  remove(key: string): Promise<void>;
  /**
   * Takes the lease of a key, if nobody holds it; it ends by itself after `ttlMs`.
   * @returns `undefined` when another holds it; `"away"` when that cannot be known.
   */
  lease(key: string, ttlMs: number): Promise<Lease | "away" | undefined>;
  /** Waits until the lease of a key is given back or has ended, or the signal aborts. Never rejects. */
  released(key: string, signal: AbortSignal): Promise<void>;
  /** The newest entries, for a memory that starts cold. */
  recent(limit: number): AsyncIterable<{ readonly key: string } & SharedHit>;
  /** Hears what other replicas (and this one) have invalidated; `all` after messages may have been lost. */
  onInvalidated(
    listener: (
      what: { readonly scopes: readonly CacheScope[] } | { readonly key: string } | "all",
    ) => void,
  ): Disposable;
  onStatus(listener: (status: SharedCacheStatus) => void): Disposable;
}
