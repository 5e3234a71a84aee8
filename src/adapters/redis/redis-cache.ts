import type {
  CacheRecord,
  CacheScope,
  Lease,
  SharedCache,
  SharedCacheStatus,
  SharedHit,
  SharedLookup,
} from "../../core/cache/index.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { createTypedEvents } from "../../kernel/typed-events.ts";
import { formatGeneration, readGeneration, readStamp, stampOf } from "./generation.ts";
import { createKeyspace, type Keyspace } from "./keyspace.ts";
import { createLeases, type Leases } from "./leases.ts";
import { readMessage } from "./messages.ts";
import type { RedisCacheOptions } from "./options.ts";
import { OwedInvalidations } from "./owed-invalidations.ts";
import { payDebt } from "./pay-debt.ts";
import { ReadsUnderWay } from "./reads-under-way.ts";
import { recentKeys } from "./recent-keys.ts";
import { decodeRecord, encodeRecord, peekStamp, type StoredRecord } from "./record-codec.ts";
import { RedisConnection, type ConnectionDeps } from "./redis-connection.ts";
import { readRedisPlace, type RedisPlace } from "./redis-place.ts";
import type { RedisSession } from "./redis-session.ts";
import { refusesEntries } from "./redis-trouble.ts";

/** The options of the section `redis`, and the bound of an entry. */
export interface RedisSharedCacheOptions extends RedisCacheOptions {
  /** Largest body, in bytes; larger ones are not kept, nor read. */
  readonly maxEntryBytes: number;
}

type Voided = { readonly scopes: readonly CacheScope[] } | { readonly key: string } | "all";

/** Bytes of stamp, header and the like that an entry may have beside its body. */
const OVERHEAD_BYTES = 65_536;
/** Enough of an entry to know its scopes. */
const PEEK_BYTES = 8_192;
/** Entries that `recent` fetches at once. */
const RECENT_AT_ONCE = 32;

/**
 * The shared cache in Redis. Connects in the background; until that has succeeded, and whenever
 * Redis is away or too slow, it finds nothing and says so in its status.
 * @throws GatewayError `invalid-config` when the options name no Redis.
 */
export function createRedisCache(
  options: RedisSharedCacheOptions,
  deps: ConnectionDeps,
): SharedCache {
  const place = readRedisPlace(options);
  if (place === undefined) {
    const problem = "redis: none of url, sentinels and cluster is set. Set one of them.";
    throw new GatewayError("invalid-config", problem, { problems: [problem] });
  }
  return new RedisCache(options, place, deps);
}

class RedisCache implements SharedCache {
  readonly #options: RedisSharedCacheOptions;
  readonly #deps: ConnectionDeps;
  readonly #id: string;
  readonly #keys: Keyspace;
  readonly #connection: RedisConnection;
  readonly #leases: Leases;
  readonly #owed: OwedInvalidations;
  readonly #reads = new ReadsUnderWay();
  readonly #events;
  #damaged = 0;

  constructor(options: RedisSharedCacheOptions, place: RedisPlace, deps: ConnectionDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#id = deps.random.hex(8);
    this.#owed = new OwedInvalidations(deps.clock);
    this.#keys = createKeyspace(options.keyPrefix, place);
    this.#events = createTypedEvents<{ voided: Voided }>((error) => {
      deps.log.error({ err: error }, "A listener of the shared cache's invalidations failed.");
    });
    this.#connection = new RedisConnection(
      { place, options, channel: this.#keys.channel, onMessage: (text) => this.#hear(text) },
      deps,
      {
        prepare: (session) => this.#prepare(session),
        onBack: () => this.#void("all"),
        onReady: () => void this.#settle(),
        onLost: () => {
          this.#owed.giveBack();
          this.#leases.wakeAll();
        },
      },
    );
    this.#leases = createLeases(this.#id, {
      connection: this.#connection,
      keys: this.#keys,
      clock: deps.clock,
    });
  }

  status(): SharedCacheStatus {
    const { status } = this.#connection;
    return this.#damaged === 0 ? status : { ...status, damagedEntries: this.#damaged };
  }

  async read(key: string, scopes: readonly CacheScope[]): Promise<SharedLookup | undefined> {
    const { session } = this.#connection;
    if (session === undefined || this.#owed.isWaiting) return undefined;
    const underWay = this.#reads.begin(key, scopes);
    try {
      const lookup = await this.#lookUp(session, key, scopes);
      return underWay.isOvertaken ? { generation: lookup.generation } : lookup;
    } catch {
      return undefined;
    } finally {
      underWay[Symbol.dispose]();
    }
  }

  async write(
    key: string,
    record: CacheRecord,
    made: { readonly generation: string; readonly fence?: number },
  ): Promise<void> {
    const { maxEntryBytes, compressAboveBytes } = this.#options;
    const generation = readGeneration(made.generation);
    const stamp = generation && readStamp(generation.stamp);
    if (generation === undefined || stamp === undefined) return;
    if (record.body.length > maxEntryBytes || this.#connection.session === undefined) return;
    const bucket = this.#keys.bucketOf(key);
    const lifeMs = record.freshMs + Math.max(record.staleWhileRevalidateMs, record.staleIfErrorMs);
    try {
      const bytes = await encodeRecord({ ...generation, record }, compressAboveBytes);
      const names = [bucket.entry(key), bucket.generations, bucket.lease(key), bucket.newest];
      const terms = [bytes, generation.askedAt, lifeMs, made.fence ?? "", key, stamp.generations];
      const words = [...names, ...terms, ...stamp.scopes];
      const answer = await this.#connection.ask((client) => client.sbWrite(...words));
      if (answer === "kept") this.#connection.noteKept();
    } catch {
      // What matters to operators is in the status; a call needs no cache.
    }
  }

  async invalidate(scopes: readonly CacheScope[]): Promise<void> {
    if (scopes.length === 0) return;
    this.#owed.owe(scopes, []);
    this.#void({ scopes });
    await this.#settle();
  }

  async remove(key: string): Promise<void> {
    this.#owed.owe([], [key]);
    this.#void({ key });
    await this.#settle();
  }

  lease(key: string, ttlMs: number): Promise<Lease | "away" | undefined> {
    return this.#leases.take(key, ttlMs);
  }

  released(key: string, signal: AbortSignal): Promise<void> {
    return this.#leases.released(key, signal);
  }

  async *recent(limit: number): AsyncIterable<{ readonly key: string } & SharedHit> {
    const keys = await recentKeys(limit, { connection: this.#connection, keys: this.#keys });
    for (let at = 0, given = 0; at < keys.length && given < limit; at += RECENT_AT_ONCE) {
      const some = keys.slice(at, at + RECENT_AT_ONCE);
      const hits = await Promise.all(some.map((key) => this.#readUnasked(key)));
      for (const hit of hits) {
        if (hit !== undefined && given++ < limit) yield hit;
      }
    }
  }

  onInvalidated(listener: (what: Voided) => void): Disposable {
    return this.#events.on("voided", listener);
  }

  onStatus(listener: (status: SharedCacheStatus) => void): Disposable {
    return this.#connection.onStatus(listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }

  /** @throws whatever the session throws; Error for an answer that no Redis would give. */
  async #lookUp(
    session: RedisSession,
    key: string,
    scopes: readonly CacheScope[],
  ): Promise<SharedLookup> {
    const { maxEntryBytes } = this.#options;
    const bucket = this.#keys.bucketOf(key);
    const names = [bucket.entry(key), bucket.generations];
    const reply = await session
      .ask((client) => client.sbLookupBuffer(...names, maxEntryBytes + OVERHEAD_BYTES, ...scopes))
      .catch((error: unknown) => {
        this.#connection.noteRefusal(error);
        if (!refusesEntries(error)) throw error;
      });
    // Without an epoch, which a full Redis cannot begin, nothing can be known to be current.
    if (reply === undefined) return { generation: "" };
    const { now, entry, epoch, counts } = readLookupReply(reply);
    const stamp = stampOf(epoch, counts, scopes);
    const generation = formatGeneration({ askedAt: now, stamp });
    if (entry.length === 0) return { generation };
    const decoded = decodeRecord(entry, maxEntryBytes);
    const stored = decoded instanceof Promise ? await decoded : decoded;
    if (stored === undefined) this.#noteDamage();
    return stored?.stamp === stamp
      ? { generation, hit: hitOf(stored, scopes, now) }
      : { generation };
  }

  /** A session serves when a look-up has worked and everything owed is paid. */
  async #prepare(session: RedisSession): Promise<void> {
    await this.#lookUp(session, "", []);
    await this.#pay(session, this.#options.connectTimeoutMs);
  }

  /** Reads an entry whose scopes only the entry itself knows. */
  async #readUnasked(key: string): Promise<({ readonly key: string } & SharedHit) | undefined> {
    const { entry } = this.#keys.bucketOf(key);
    const start = await this.#connection
      .ask((client) => client.getrangeBuffer(entry(key), 0, PEEK_BYTES - 1))
      .catch(() => undefined);
    const stamp = start && readStamp(peekStamp(start) ?? "");
    const hit = stamp && (await this.read(key, stamp.scopes))?.hit;
    return hit && { key, ...hit };
  }

  /** Pays what is owed, if Redis is there; else it is paid before anything is read again. */
  async #settle(): Promise<void> {
    const { session } = this.#connection;
    if (session === undefined) return;
    await this.#pay(session).catch((error: unknown) => session.lose(error));
  }

  async #pay(session: RedisSession, timeoutMs?: number): Promise<void> {
    while (this.#owed.isWaiting) {
      const debt = this.#owed.take();
      const terms = { session, keys: this.#keys, id: this.#id };
      await payDebt(debt, timeoutMs === undefined ? terms : { ...terms, timeoutMs });
      this.#owed.paid(debt);
    }
  }

  #hear(text: string): void {
    const message = readMessage(text);
    // This replica's own listeners have been told already.
    if (message.from === this.#id) return;
    if ("released" in message) this.#leases.heard(message.released);
    else if ("key" in message) this.#void({ key: message.key });
    else this.#void("scopes" in message ? { scopes: message.scopes } : "all");
  }

  #void(what: Voided): void {
    this.#reads.overtake(what);
    this.#events.emit("voided", what);
  }

  #noteDamage(): void {
    this.#damaged += 1;
    const isWorthALine = Number.isInteger(Math.log10(this.#damaged));
    if (!isWorthALine) return;
    this.#deps.log.warn({ count: this.#damaged }, "Redis holds entries that cannot be read.");
  }
}

function readLookupReply(reply: readonly (Buffer | null)[]) {
  const [seconds, microseconds, entry, epoch, ...counts] = Array.isArray(reply) ? reply : [];
  const now = numberIn(seconds) * 1_000 + Math.floor(numberIn(microseconds) / 1_000);
  if (Number.isNaN(now)) throw new TypeError("it does not answer as a Redis would");
  return { now, entry: entry ?? Buffer.alloc(0), epoch: epoch?.toString("latin1") ?? "", counts };
}

function numberIn(digits: Buffer | null | undefined): number {
  return digits ? Number(digits.toString("latin1")) : Number.NaN;
}

function hitOf(
  { record, askedAt }: StoredRecord,
  scopes: readonly CacheScope[],
  now: number,
): SharedHit {
  return { record: { ...record, scopes }, ageMs: Math.max(0, now - askedAt) };
}
