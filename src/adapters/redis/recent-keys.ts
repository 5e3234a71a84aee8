import type { Keyspace } from "./keyspace.ts";
import type { RedisConnection } from "./redis-connection.ts";

/**
 * The keys of the newest entries, newest first: from a sorted set that every write adds to, of at
 * most 10,000 keys a bucket (about a megabyte on a single server). Entries may have gone since.
 * Empty when Redis is away.
 */
export async function recentKeys(
  limit: number,
  deps: { readonly connection: RedisConnection; readonly keys: Keyspace },
): Promise<string[]> {
  const { connection, keys } = deps;
  if (limit < 1) return [];
  try {
    const lists = await Promise.all(
      keys.buckets.map(({ newest }) =>
        connection.ask((client) => client.zrevrange(newest, 0, limit - 1, "WITHSCORES")),
      ),
    );
    return lists
      .flatMap(pairsOf)
      .toSorted((one, other) => other.askedAt - one.askedAt)
      .map(({ key }) => key);
  } catch {
    return [];
  }
}

function pairsOf(list: readonly string[]): { readonly key: string; readonly askedAt: number }[] {
  return Array.from({ length: list.length / 2 }, (_, index) => ({
    key: list[2 * index]!,
    askedAt: Number(list[2 * index + 1]),
  }));
}
