import { afterAll, beforeAll, describe } from "vitest";
import { connectRedisCache, type RedisCacheSetup } from "../../../test/support/redis-caches.ts";
import { startRedisCluster, type RedisCluster } from "../../../test/support/redis-cluster.ts";
import { startRedisServer, type RedisServer } from "../../../test/support/redis-server.ts";
import type { SharedCache } from "../../core/cache/index.ts";
import { describeSharedCache } from "../../core/cache/shared-cache.contract.ts";
import type { SharedRig } from "../../core/cache/shared-samples.contract.ts";

describe("one server", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  describeSharedCache("Redis", () => rigOf([redis], { url: redis.url }));
});

describe("three nodes", () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster(3);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  describeSharedCache("a Redis Cluster", () =>
    rigOf(cluster.nodes, { cluster: cluster.addresses.slice(0, 1) }),
  );
});

async function rigOf(servers: readonly RedisServer[], setup: RedisCacheSetup): Promise<SharedRig> {
  await Promise.all(servers.map((server) => server.cli("FLUSHALL")));
  const caches: SharedCache[] = [];
  return {
    async connect() {
      const cache = await connectRedisCache(setup);
      caches.push(cache);
      return cache;
    },
    goAway: () => Promise.resolve(servers.forEach((server) => server.pause())),
    comeBack: () => Promise.resolve(servers.forEach((server) => server.resume())),
    async spoil(key) {
      for (const server of servers) {
        const name = await server.cli("KEYS", `*:entry:${key}`);
        if (name !== "") await server.cli("SET", name, "nonsense of some length");
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(caches.map((cache) => cache[Symbol.asyncDispose]()));
    },
  };
}
