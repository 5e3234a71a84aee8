import type { ComparedFacts } from "./guard.ts";

/** A call that can be found. */
export interface SemanticEntry {
  readonly key: string;
  readonly server: string;
  readonly bucket: string;
  /** One for each text argument. */
  readonly texts: readonly ComparedFacts[];
  /** Where the vectors of the texts are kept. */
  readonly slots: Uint32Array;
  readonly argumentBytes: Uint8Array;
}

/** Bounds of a table; the oldest entries make room. */
export interface EntryBounds {
  /** At least 1. */
  readonly maxEntriesPerServer: number;
  /** At least 1. */
  readonly maxEntries: number;
}

/** The entries of a bucket, and for each text argument the slots of all of them in the same order. */
export interface BucketList {
  readonly entries: readonly SemanticEntry[];
  readonly slots: readonly Uint32Array[];
}

type Entries = Map<string, SemanticEntry>;

/** What an entry takes beside its texts, arguments and vectors: objects, map cells. Measured. */
const ENTRY_BYTES = 700;

/** Entries by key, by server and by bucket, each in the order in which they came. */
export class EntryTable {
  readonly #bounds: EntryBounds;
  readonly #all: Entries = new Map();
  readonly #servers = new Map<string, Entries>();
  readonly #buckets = new Map<string, Entries>();
  #sizeBytes = 0;
  /** The bucket that was asked for last: in a large one listing takes longer than comparing. */
  #listed: ({ readonly bucket: string } & BucketList) | undefined;

  constructor(bounds: EntryBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Roughly what the entries take, without their vectors. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(key: string): SemanticEntry | undefined {
    return this.#all.get(key);
  }

  /** The entries of one bucket, and of no other. */
  inBucket(bucket: string): BucketList {
    if (bucket !== this.#listed?.bucket) this.#listed = { bucket, ...this.#list(bucket) };
    return this.#listed;
  }

  /** The entry that must go before one of this server comes. */
  surplus(server: string): SemanticEntry | undefined {
    const { maxEntriesPerServer, maxEntries } = this.#bounds;
    const ofServer = this.#servers.get(server);
    if (ofServer !== undefined && ofServer.size >= maxEntriesPerServer) return oldest(ofServer);
    return this.#all.size >= maxEntries ? oldest(this.#all) : undefined;
  }

  /** Takes up an entry whose key is not in the table. */
  put(entry: SemanticEntry): void {
    this.#listed = undefined;
    this.#all.set(entry.key, entry);
    putInto(this.#servers, entry.server, entry);
    putInto(this.#buckets, entry.bucket, entry);
    this.#sizeBytes += sizeOf(entry);
  }

  remove(key: string): SemanticEntry | undefined {
    const entry = this.#all.get(key);
    if (entry === undefined) return undefined;
    this.#listed = undefined;
    this.#all.delete(key);
    removeFrom(this.#servers, entry.server, key);
    removeFrom(this.#buckets, entry.bucket, key);
    this.#sizeBytes -= sizeOf(entry);
    return entry;
  }

  #list(bucket: string): BucketList {
    const entries = [...(this.#buckets.get(bucket)?.values() ?? [])];
    const parts = entries[0]?.slots ?? [];
    const slots = Array.from(parts, (_, part) =>
      Uint32Array.from(entries, (entry) => entry.slots[part]!),
    );
    return { entries, slots };
  }
}

function oldest(entries: Entries): SemanticEntry | undefined {
  return entries.values().next().value;
}

function putInto(groups: Map<string, Entries>, name: string, entry: SemanticEntry): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, new Map([[entry.key, entry]]));
  else group.set(entry.key, entry);
}

function removeFrom(groups: Map<string, Entries>, name: string, key: string): void {
  const group = groups.get(name);
  group?.delete(key);
  if (group?.size === 0) groups.delete(name);
}

/** Strings count a byte a character, as V8 keeps Latin ones. */
function sizeOf({ key, bucket, texts, argumentBytes }: SemanticEntry): number {
  const texted = texts.reduce(
    (sum, { words, entities }) => sum + words.length + entities.length,
    0,
  );
  return ENTRY_BYTES + key.length + bucket.length + texted + argumentBytes.byteLength;
}
