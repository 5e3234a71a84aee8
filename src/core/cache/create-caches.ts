import type { Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Random } from "../../kernel/random.ts";
import type { Catalog, ServerId } from "../catalog/index.ts";
import type { EventLog } from "../events/index.ts";
import type { Metrics } from "../metrics/index.ts";
import type { Upstreams } from "../upstream/index.ts";
import { AbsentTools } from "./answers/absent-tools.ts";
import { BackgroundCalls } from "./background/background-calls.ts";
import type { Caches } from "./caches.ts";
import { createCacheOperations } from "./cache-operations.ts";
import { Generations } from "./memory/generations.ts";
import { MemoryTier } from "./memory/memory-tier.ts";
import { NearTier } from "./near/near-tier.ts";
import type { CacheOptions, ServerCacheRules } from "./options.ts";
import { createCachings } from "./policy/create-cachings.ts";
import { createRuleBook } from "./policy/rule-book.ts";
import type { SemanticIndex } from "./semantic-index.ts";
import type { SharedCache } from "./shared-cache.ts";
import { SharedTier } from "./shared/shared-tier.ts";
import { CacheStage } from "./stages/cache-stage.ts";
import { createInvalidateStage } from "./stages/invalidate-stage.ts";
import { Invalidations } from "./stages/invalidations.ts";
import { Keeper } from "./stages/keeper.ts";
import { LookUps } from "./stages/look-ups.ts";
import { createStaleAnswers } from "./stages/stale-answers.ts";
import { createUncachedCalls } from "./stages/uncached-calls.ts";
import { CacheCounters } from "./statistics/cache-counters.ts";
import { Suggestions } from "./statistics/suggestions.ts";

export interface CachesDeps {
  readonly catalog: Pick<
    Catalog,
    "version" | "nearest" | "servers" | "tool" | "tools" | "toolsOf" | "onChange"
  >;
  readonly upstreams: Pick<Upstreams, "spec">;
  /** What the config says of a server's caching; the same object as long as that is the same. */
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

/** How long a call in the background may take whose server is gone, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Makes the caches of tool results. Disposing ends what they do in the background; the shared cache
 * and the semantic index are their makers' to dispose.
 */
export function createCaches(options: CacheOptions, deps: CachesDeps): Caches {
  const parts = createParts(options, deps);
  const { cachings, invalidations, generations, ruleBook } = parts;
  const stage = new CacheStage(options, parts);
  return {
    stages: {
      invalidate: createInvalidateStage({ cachings, invalidations, ruleBook }),
      cache: stage.stage,
    },
    stale: createStaleAnswers(parts),
    generationOf: (tool) => generations.sum(cachings.of(tool).scopes),
    ...createCacheOperations(options, parts),
  };
}

/** Everything that the caches are made of. */
export type CacheParts = ReturnType<typeof createParts>;

function createParts(options: CacheOptions, deps: CachesDeps) {
  const { clock, random, log, shared, semantic, upstreams } = deps;
  const cachings = createCachings(options, deps);
  const ruleBook = createRuleBook(deps);
  const generations = new Generations();
  const memory = new MemoryTier(options);
  const counters = new CacheCounters(deps.metrics);
  const absent = new AbsentTools(options.negativeTtlMs, clock);
  const suggestions = new Suggestions(clock);
  const sharedTier =
    shared === undefined ? undefined : new SharedTier(options.leaseWaitMs, { shared, clock, log });
  const near =
    semantic === undefined
      ? undefined
      : new NearTier({
          semantic,
          entryOf: (key, ask) => lookUps.entryOf(key, ask),
          now: () => clock.monotonic(),
          random,
          log,
        });
  const onBug = (error: unknown): void =>
    log.error({ err: error }, "The shared cache failed where it promises not to.");
  const lookUps = new LookUps({ memory, generations, sharedTier, near, counters, clock });
  const kept = {
    cachings,
    memory,
    generations,
    absent,
    near,
    shared,
    sharedTier,
    clock,
    random,
    onBug,
  };
  const keeper = new Keeper(options, kept);
  const invalidations = new Invalidations({ ...deps, generations, shared, onBug });
  const background = new BackgroundCalls({
    clock,
    log,
    timeoutMsOf: (server) => upstreams.spec(server)?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  });
  return {
    ...deps,
    ...kept,
    ruleBook,
    counters,
    lookUps,
    keeper,
    suggestions,
    invalidations,
    background,
    uncached: createUncachedCalls({ cachings, generations, keeper, suggestions }),
  };
}
