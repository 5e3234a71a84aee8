import type { Config } from "../config/index.ts";
import type { SharedCache } from "../core/cache/index.ts";
import type { Metrics } from "../core/metrics/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Logger } from "../kernel/log.ts";
import type { Random } from "../kernel/random.ts";
import type { Scope } from "../kernel/scope.ts";

export interface OpenSharedCacheDeps {
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Owns what is made here. */
  readonly scope: Scope;
}

/**
 * The cache that replicas share, in the configured Redis; `undefined` when none is configured, and
 * then the library is not even loaded. It connects in the background: nothing waits for it.
 */
export async function openSharedCache(
  config: Pick<Config, "cache" | "redis">,
  deps: OpenSharedCacheDeps,
): Promise<SharedCache | undefined> {
  const { url, sentinels, cluster } = config.redis;
  if (url === undefined && sentinels.length === 0 && cluster.length === 0) return undefined;
  const { createRedisCache } = await import("../adapters/redis/index.ts");
  const { maxEntryBytes } = config.cache;
  const shared = deps.scope.use(createRedisCache({ ...config.redis, maxEntryBytes }, deps));
  const up = deps.metrics.bind("sharedCacheUp", {});
  const full = deps.metrics.bind("sharedCacheFull", {});
  up.set(0);
  full.set(0);
  shared.onStatus(({ state, reason }) => {
    up.set(state === "ready" ? 1 : 0);
    full.set(state === "ready" && reason !== undefined ? 1 : 0);
  });
  return shared;
}
