import { createExactIndex } from "../adapters/vectors/exact/exact-index.ts";
import { createSemanticIndex, type CacheOptions, type SemanticIndex } from "../core/cache/index.ts";
import type { Embedder } from "../core/discovery/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Logger } from "../kernel/log.ts";
import type { Scope } from "../kernel/scope.ts";

/** Entries of all servers, as a multiple of what one may have. */
const SERVERS_WORTH = 5;
/** About 1 GB with the built-in model. */
const MAX_ENTRIES = 500_000;
/** Text arguments of a call, each of which has a vector. */
const VECTORS_PER_ENTRY = 4;

export interface OpenSemanticCacheDeps {
  /** The embedder in use. */
  readonly embedder: () => Embedder;
  readonly clock: Clock;
  readonly log: Logger;
  /** Owns what is made here. */
  readonly scope: Scope;
}

/**
 * The index of the semantic cache, by whichever embedder searches tools. It takes nothing before the
 * first call of a tool whose semantic cache is on. Calls are compared with those of their own
 * partition alone, and that exactly: hence the exact scan, whatever finds tools.
 */
export function openSemanticCache(
  { maxSemanticEntries }: Pick<CacheOptions, "maxSemanticEntries">,
  deps: OpenSemanticCacheDeps,
): SemanticIndex {
  const { embedder, clock, log, scope } = deps;
  const maxEntriesPerServer = Math.min(maxSemanticEntries, MAX_ENTRIES);
  const maxEntries = Math.min(SERVERS_WORTH * maxSemanticEntries, MAX_ENTRIES);
  const maxVectors = maxEntries * VECTORS_PER_ENTRY;
  return scope.use(
    createSemanticIndex(
      { maxEntriesPerServer, maxEntries },
      {
        embedder,
        createVectorIndex: (identity) => createExactIndex({ identity, maxVectors }),
        clock,
        log,
      },
    ),
  );
}
