import { LRUCache } from "lru-cache";
import type { CacheOptions } from "../options.ts";
import type { Kept } from "./kept.ts";

/** What an entry costs beside its body, in bytes: its key, times and places in maps; measured, see docs/caching.md. */
export const ENTRY_OVERHEAD_BYTES = 811;

export type MemoryOptions = Pick<
  CacheOptions,
  "maxBytes" | "maxEntries" | "maxEntryBytes" | "maxTenantShare"
>;

/** On whose account entries stand whose tenant is not known; they make room before all others. */
export const NOBODY = "";

/** Keys that are remembered as revoked. */
const MAX_REVOKED = 10_000;

/** The entries that one tenant's calls have made, the latest used last. */
interface Shelf {
  readonly tenant: string;
  readonly entries: LRUCache<string, Kept>;
}

/**
 * The entries in memory (L1), bounded in bytes and number. Where several tenants are, none holds
 * more than its share; and when all is full, room is made on the shelf of one that holds at least
 * the average, so that a tenant that fills the cache throws out its own entries.
 */
export class MemoryTier {
  readonly #options: MemoryOptions;
  readonly #shelves = new Map<string, Shelf>();
  readonly #index = new Map<string, Shelf>();
  /** When keys were last revoked. */
  readonly #revoked = new LRUCache<string, number>({ max: MAX_REVOKED });
  #bytes = 0;

  constructor(options: MemoryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#index.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether an answer of so many bytes is kept at all. */
  accepts(bodyBytes: number): boolean {
    const { maxBytes, maxEntryBytes } = this.#options;
    return bodyBytes <= maxEntryBytes && bodyBytes + ENTRY_OVERHEAD_BYTES <= maxBytes;
  }

  /** Whether anything is held under a key, of whatever age; void entries too. */
  has(key: string): boolean {
    return this.#index.has(key);
  }

  get(key: string): Kept | undefined {
    return this.#index.get(key)?.entries.get(key);
  }

  /**
   * Keeps an entry on a tenant's shelf, in place of what was kept under its key, unless that was
   * asked for later and is as valid, or the key was revoked since.
   */
  set(key: string, kept: Kept, tenant: string): void {
    const there = this.#index.get(key)?.entries.peek(key);
    if (there?.generation === kept.generation && there.bornAt > kept.bornAt) return;
    this.delete(key);
    if (kept.bornAt < (this.#revoked.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    if (!this.accepts(kept.record.body.length)) return;
    const shelf = this.#shelfOf(tenant);
    const size = sizeOf(kept);
    shelf.entries.set(key, kept, { size });
    this.#index.set(key, shelf);
    this.#bytes += size;
    this.#makeRoom(shelf);
  }

  delete(key: string): void {
    this.#index.get(key)?.entries.delete(key);
  }

  /** Drops an entry, and keeps nothing under its key that was asked for before `now`. */
  revoke(key: string, now: number): void {
    this.#revoked.set(key, now);
    this.delete(key);
  }

  /** Drops the entries that `isUnwanted`. Cost: one look at every entry. */
  sweep(isUnwanted: (kept: Kept) => boolean): void {
    for (const [key, { entries }] of this.#index) {
      const kept = entries.peek(key);
      if (kept === undefined || isUnwanted(kept)) entries.delete(key);
    }
  }

  #shelfOf(tenant: string): Shelf {
    const known = this.#shelves.get(tenant);
    if (known !== undefined) return known;
    const shelf: Shelf = {
      tenant,
      entries: new LRUCache({
        maxSize: this.#options.maxBytes,
        disposeAfter: (kept, key) => this.#forget(key, kept, shelf),
      }),
    };
    this.#shelves.set(tenant, shelf);
    return shelf;
  }

  #forget(key: string, kept: Kept, shelf: Shelf): void {
    this.#index.delete(key);
    this.#bytes -= sizeOf(kept);
    if (shelf.entries.size === 0) this.#shelves.delete(shelf.tenant);
  }

  #makeRoom(shelf: Shelf): void {
    const { maxBytes, maxEntries, maxTenantShare } = this.#options;
    while (this.#bytes > maxBytes || this.size > maxEntries) this.#payer(shelf).entries.pop();
    const holdsTooMuch = ({ entries }: Shelf): boolean =>
      entries.calculatedSize > maxBytes * maxTenantShare ||
      entries.size > maxEntries * maxTenantShare;
    const tenants = this.#shelves.size - (this.#shelves.has(NOBODY) ? 1 : 0);
    if (tenants < 2) return;
    while (holdsTooMuch(shelf)) shelf.entries.pop();
  }

  /** A tenant that holds at least the average: the one that stores, if it does. */
  #payer(own: Shelf): Shelf {
    const unowned = this.#shelves.get(NOBODY);
    if (unowned !== undefined) return unowned;
    const average = this.#heft(this.#bytes, this.size) / this.#shelves.size;
    const isHeavy = ({ entries }: Shelf): boolean =>
      this.#heft(entries.calculatedSize, entries.size) >= average;
    // The only entry of a tenant is the one that is being stored.
    if (isHeavy(own) && own.entries.size > 1) return own;
    for (const shelf of this.#shelves.values()) {
      if (shelf !== own && isHeavy(shelf)) return shelf;
    }
    return own;
  }

  /** How much of the room something takes, in bytes and in number. */
  #heft(bytes: number, count: number): number {
    return bytes / this.#options.maxBytes + count / this.#options.maxEntries;
  }
}

/** Roughly what an entry takes of the memory, in bytes. */
function sizeOf({ record }: Kept): number {
  return record.body.length + ENTRY_OVERHEAD_BYTES;
}
