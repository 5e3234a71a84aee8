import type { Lease } from "../../core/cache/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Keyspace } from "./keyspace.ts";
import { createLeaseWaiters } from "./lease-waiters.ts";
import { formatMessage } from "./messages.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** Leases over all replicas. */
export interface Leases {
  /** As `SharedCache.lease`. */
  take(key: string, ttlMs: number): Promise<Lease | "away" | undefined>;
  /** As `SharedCache.released`. */
  released(key: string, signal: AbortSignal): Promise<void>;
  /** Another replica says that it gave back the lease of this key. */
  heard(key: string): void;
  /** Nobody can be waited for any longer. */
  wakeAll(): void;
}

/** Pauses between looks at a lease whose end nobody told of: the first, and the longest. Milliseconds. */
const LOOK_AGAIN_MS = { first: 50, longest: 500 };

/** Makes the leases of one replica; `id` is who it is to the others. */
export function createLeases(
  id: string,
  deps: { readonly connection: RedisConnection; readonly keys: Keyspace; readonly clock: Clock },
): Leases {
  const { connection, keys, clock } = deps;
  const waiters = createLeaseWaiters(clock);
  const leaseOf = (key: string) => keys.bucketOf(key).lease(key);

  const release = async (key: string, token: string): Promise<void> => {
    const message = formatMessage(id, { released: key });
    const released = connection.ask((client) =>
      client.sbRelease(leaseOf(key), token, keys.channel, message),
    );
    waiters.wake(key);
    await released.catch(() => undefined);
  };
  const heldMs = (key: string): Promise<number> =>
    connection.ask((client) => client.sbHeld(leaseOf(key))).catch(() => 0);

  return {
    async take(key, ttlMs) {
      try {
        const token = await connection.ask((client) => client.sbLease(leaseOf(key), ttlMs));
        if (token === null) return undefined;
        return {
          token: Number(token),
          [Symbol.asyncDispose]: () => release(key, token),
        };
      } catch {
        return "away";
      }
    },
    async released(key, signal) {
      let pauseMs = LOOK_AGAIN_MS.first;
      while (!signal.aborted) {
        const leftMs = await heldMs(key);
        if (leftMs <= 0 || (await waiters.nap(key, Math.min(pauseMs, leftMs), signal))) return;
        pauseMs = Math.min(pauseMs * 2, LOOK_AGAIN_MS.longest);
      }
    },
    heard: waiters.wake,
    wakeAll: waiters.wakeAll,
  };
}
