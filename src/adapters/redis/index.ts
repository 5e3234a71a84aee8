export { checkRedis, type RedisCheck } from "./check-redis.ts";
export { createRedisCache, type RedisSharedCacheOptions } from "./redis-cache.ts";
export type { RedisCacheOptions } from "./options.ts";
