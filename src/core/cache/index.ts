export type {
  Caches,
  CachePolicy,
  CacheStats,
  CacheSuggestion,
  InvalidateRequest,
  InvalidationNote,
  RuleRemark,
  StaleAnswer,
  TierStats,
  ToolCacheStats,
} from "./caches.ts";
export { createCaches, type CachesDeps } from "./create-caches.ts";
export {
  CACHE_DEFAULTS,
  type CacheOptions,
  type ServerCacheRules,
  type ToolCacheRules,
  type CacheDefaultMode,
  type CacheSharing,
  type SemanticOptions,
} from "./options.ts";
export {
  createSemanticIndex,
  type SemanticIndexDeps,
  type SemanticIndexOptions,
} from "./semantic/index.ts";
export type { SemanticIndex, SemanticMatch, SemanticPlace } from "./semantic-index.ts";
export type {
  CacheRecord,
  CacheScope,
  Lease,
  SharedCache,
  SharedCacheStatus,
  SharedHit,
  SharedLookup,
} from "./shared-cache.ts";
