export { createRedisCache, type RedisSharedCacheOptions } from "./redis-cache.ts";
export { REDIS_DEFAULTS, type RedisCacheOptions } from "./options.ts";
