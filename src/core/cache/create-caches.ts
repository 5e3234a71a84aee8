import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import type { Catalog, ServerId } from "../catalog/index.ts";
import type { EventLog } from "../events/index.ts";
import type { Metrics } from "../metrics/index.ts";
import type { Upstreams } from "../upstream/index.ts";
import type { Caches } from "./caches.ts";
import type { CacheOptions, ServerCacheRules } from "./options.ts";
import type { SemanticIndex } from "./semantic-index.ts";
import type { SharedCache } from "./shared-cache.ts";

export interface CachesDeps {
  readonly catalog: Pick<Catalog, "tool" | "tools" | "toolsOf" | "onChange">;
  readonly upstreams: Pick<Upstreams, "spec">;
  /** What the config says of a server's caching. */
  readonly rulesOf: (server: ServerId) => ServerCacheRules | undefined;
  /** Absent: no L2. */
  readonly shared?: SharedCache;
  /** Absent: no L3. */
  readonly semantic?: SemanticIndex;
  readonly events: Pick<EventLog, "publish">;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Makes the caches of tool results. */
export function createCaches(options: CacheOptions, _deps: CachesDeps): Caches {
  const missing = (): never => {
    throw new GatewayError("internal", "The caches are being built.", {});
  };
  const tier = { hits: 0, misses: 0, entries: 0, bytes: 0 };
  const { maxBytes, maxEntries, mode } = options;
  return {
    stages: { invalidate: (call, next) => next(call), cache: (call, next) => next(call) },
    policy: missing,
    stats: () => ({
      mode,
      l1: { ...tier, maxBytes, maxEntries },
      l2: undefined,
      l3: tier,
      savedMs: 0,
      tools: [],
    }),
    suggest: () => [],
    invalidate: () => Promise.resolve(),
    stale: () => Promise.resolve(undefined),
    serverChanged: () => undefined,
    explain: missing,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
