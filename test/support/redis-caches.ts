import { createRedisCache } from "../../src/adapters/redis/redis-cache.ts";
import { REDIS_DEFAULTS, type RedisCacheOptions } from "../../src/adapters/redis/options.ts";
import { CACHE_DEFAULTS, type SharedCache } from "../../src/core/cache/index.ts";
import { createSystemClock } from "../../src/kernel/clock.ts";
import { createSilentLogger, type Logger } from "../../src/kernel/log.ts";
import { createSystemRandom } from "../../src/kernel/random.ts";
import { waitFor } from "./wait-for.ts";

/** Options and dependencies that a test wants other than usual. */
export type RedisCacheSetup = Partial<RedisCacheOptions> & { maxEntryBytes?: number; log?: Logger };

/**
 * A shared cache as the gateway makes it, but patient enough for a busy machine and soon back.
 * It may not be ready yet.
 */
export function openRedisCache(setup: RedisCacheSetup): SharedCache {
  const { log = createSilentLogger(), ...options } = setup;
  return createRedisCache(
    {
      ...REDIS_DEFAULTS,
      maxEntryBytes: CACHE_DEFAULTS.maxEntryBytes,
      commandTimeoutMs: 500,
      retryMaxMs: 300,
      ...options,
    },
    { clock: createSystemClock(), random: createSystemRandom(), log },
  );
}

/** Waits (at most 10 s) until it is in a state. */
export function untilRedisIs(state: "ready" | "away", cache: SharedCache): Promise<unknown> {
  return waitFor(
    () =>
      cache.status().state === state || Promise.reject(new Error(JSON.stringify(cache.status()))),
    {
      what: `the shared cache to be ${state}`,
      timeoutMs: 10_000,
      everyMs: 5,
    },
  );
}

/** A shared cache that is ready. */
export async function connectRedisCache(setup: RedisCacheSetup): Promise<SharedCache> {
  const cache = openRedisCache(setup);
  await untilRedisIs("ready", cache);
  return cache;
}
