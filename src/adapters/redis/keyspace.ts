/** Names of the keys and of the channel, which tell replicas of one gateway from all else in a Redis. */
export interface Keyspace {
  /** The parts that it is divided into, each of which a cluster keeps on one node. */
  readonly buckets: readonly Bucket[];
  /** The part that a cache key belongs to. */
  bucketOf(key: string): Bucket;
  /** Where replicas tell each other what has become void. */
  readonly channel: string;
}

/** A part of the key space; what is asked in one step lies in one of them. */
export interface Bucket {
  /** How often each scope has been invalidated, and since when that is counted. */
  readonly generations: string;
  /** The newest entries, for `recent`. */
  readonly newest: string;
  entry(key: string): string;
  lease(key: string): string;
}

/**
 * How many parts a cluster's entries are spread over. Each has its own generations, since a look-up
 * may only ask one slot: an invalidation is told to all of them, whatever the number of entries.
 */
const CLUSTER_BUCKETS = 64;

/** Makes the names. A single server needs no parts. */
export function createKeyspace(
  prefix: string,
  place: { readonly kind: string; readonly db?: number },
): Keyspace {
  const count = place.kind === "cluster" ? CLUSTER_BUCKETS : 1;
  const buckets = Array.from({ length: count }, (_, index) => bucketNamed(`${prefix}{${index}}:`));
  return {
    buckets,
    bucketOf: (key) => buckets[count === 1 ? 0 : fnv1a(key) % count]!,
    // Channels are not divided into databases.
    channel: `${prefix}${place.db ?? 0}:invalidated`,
  };
}

function bucketNamed(prefix: string): Bucket {
  return {
    generations: `${prefix}generations`,
    newest: `${prefix}newest`,
    entry: (key) => `${prefix}entry:${key}`,
    lease: (key) => `${prefix}lease:${key}`,
  };
}

/** FNV-1a over UTF-16 units, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
