import type { Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Access } from "../access/index.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Metrics } from "../metrics/index.ts";
import { DenseSides } from "./dense-sides.ts";
import { bindDiscoveryMetrics } from "./discovery-metrics.ts";
import type { Discovery } from "./discovery.ts";
import type { Embedder } from "./embedder.ts";
import type { EmbeddingStore } from "./embedding-store.ts";
import { IndexUpkeep } from "./index-upkeep.ts";
import { LexicalIndex } from "./lexical/lexical-index.ts";
import { LiveDiscovery } from "./live-discovery.ts";
import type { DiscoveryOptions } from "./options.ts";
import { Ranker } from "./ranker.ts";
import { ServerIndex } from "./routing/server-index.ts";
import { ToolRouter } from "./routing/tool-router.ts";
import { SlotTable } from "./slot-table.ts";
import { createAnalyser } from "./text/analyser.ts";
import { ToolSearch } from "./tool-search.ts";
import type { VectorIndex, VectorIndexIdentity } from "./vector-index.ts";
import { Visibility } from "./visibility.ts";

export interface DiscoveryDeps {
  readonly catalog: Catalog;
  readonly access: Pick<Access, "canUse">;
  /** The embedder to begin with; it stays its owner's to dispose. */
  readonly embedder: Embedder;
  /** Where the first embedder's vectors are kept. Default: nowhere, every text is embedded. */
  readonly store?: EmbeddingStore;
  /** Makes an empty vector index; discovery disposes of it. */
  readonly createVectorIndex: (identity: VectorIndexIdentity) => VectorIndex | Promise<VectorIndex>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock: Clock;
  /** What the operator should know beside what discovery itself finds out; read by `status`. */
  readonly notes?: () => readonly string[];
}

/** Discovery whose embedder can be exchanged while it answers. */
export interface SwappableDiscovery extends Discovery {
  /**
   * Embeds every tool with another embedder in the background, and answers by it once that is done;
   * until then, and while it fails, the one before answers. Resolves with `true` when it is in use,
   * with `false` when a later call or the end came first. The embedder and the store stay their
   * owner's to dispose, after discovery.
   * @throws GatewayError `index-failed` when no vector index can be made.
   */
  useEmbedder(embedder: Embedder, store?: EmbeddingStore): Promise<boolean>;
}

/**
 * Finds tools of the catalogue by words and by meaning. It follows the catalogue by itself: what is
 * removed cannot be found from that moment, what is new can be found a little later (`settled`).
 */
export function createDiscovery(
  options: DiscoveryOptions,
  deps: DiscoveryDeps,
): SwappableDiscovery {
  const { catalog, access, clock, log } = deps;
  const metrics = bindDiscoveryMetrics(deps.metrics);
  const analyser = createAnalyser();
  const slots = new SlotTable();
  const lexical = new LexicalIndex(analyser);
  const onProgress = (): void => metrics.indexedTools.set(lexical.size);
  const upkeep = new IndexUpkeep({ slots, lexical, clock, onProgress });
  const { createVectorIndex } = deps;
  const sides = new DenseSides(options, {
    createVectorIndex,
    upkeep,
    weights: lexical,
    clock,
    log,
  });
  const visibility = new Visibility(options, { slots, catalog, access });
  const ranker = new Ranker(options, { slots, lexical, clock, durations: metrics.durations });
  const embedDuration = metrics.durations.embed;
  const search = new ToolSearch(options, { lexical, ranker, sides, clock, embedDuration });
  const servers = new ServerIndex({ catalog, analyser, clock });
  const router = new ToolRouter(options, {
    catalog,
    clock,
    log,
    search,
    servers,
    sides,
    slots,
    visibility,
  });
  const { notes = () => [] } = deps;
  const discovery = new LiveDiscovery(options, {
    catalog,
    clock,
    lexical,
    log,
    metrics,
    notes,
    router,
    search,
    sides,
    slots,
    upkeep,
    visibility,
  });
  const { embedder, store } = deps;
  void discovery
    .useEmbedder(embedder, store)
    .catch((error: unknown) =>
      log.error({ err: error, model: embedder.model.id }, "Only words are searched for"),
    );
  return discovery;
}
