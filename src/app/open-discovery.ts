import { join } from "node:path";
import { createBuiltinEmbedder } from "../adapters/embedding/builtin/builtin-embedder.ts";
import type { EmbedderLoad } from "../adapters/embedding/embedder-load.ts";
import type { EmbeddingOptions } from "../adapters/embedding/options.ts";
import {
  createFileEmbeddingStore,
  EMBEDDING_STORE_DEFAULTS,
} from "../adapters/embedding/store/index.ts";
import type { Access } from "../core/access/index.ts";
import type { Catalog } from "../core/catalog/index.ts";
import {
  createDiscovery,
  type Discovery,
  type Embedder,
  type EmbeddingStore,
  type SwappableDiscovery,
} from "../core/discovery/index.ts";
import type { Metrics } from "../core/metrics/index.ts";
import type { Config } from "../config/index.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Logger } from "../kernel/log.ts";
import { createScope, type Scope } from "../kernel/scope.ts";
import { createVectorIndexes } from "./vector-indexes.ts";

export interface OpenDiscoveryDeps {
  readonly access: Access;
  readonly catalog: Catalog;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where embeddings and models are kept; without one nothing is. */
  readonly dataDir: string | undefined;
  /** Owns what is made here. */
  readonly scope: Scope;
}

/** Discovery, and what it embeds with. */
export interface OpenedDiscovery {
  readonly discovery: Discovery;
  /** The embedder in use; it changes when a better one has been loaded. */
  embedder(): Embedder;
}

/**
 * Discovery that answers at once by the built-in embedder. Where a better one is configured, it is
 * loaded in the background and takes over when it is ready; until then, or if it cannot be had,
 * `status().notes` says why.
 */
export function openDiscovery(config: Config, deps: OpenDiscoveryDeps): OpenedDiscovery {
  const { scope, dataDir, clock, log } = deps;
  const indexes = createVectorIndexes(config.vectors, {
    clock,
    log,
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  const notes = [...indexes.notes];
  // Embedders outlive discovery, whenever they were loaded.
  const embedders = scope.use(createScope());
  const builtin = embedders.use(createBuiltinEmbedder());
  // Hashing a text anew costs less than reading its vector, so the built-in model needs no store.
  const store = dataDir === undefined ? undefined : scope.use(openStore(dataDir, log));
  const discovery = createDiscovery(config.discovery, {
    ...deps,
    embedder: builtin,
    createVectorIndex: indexes.create,
    notes: () => notes,
  });
  let inUse: Embedder = builtin;
  const loading = new AbortController();
  const takeOver = swapWhenLoaded(config.embedding, {
    ...deps,
    discovery,
    embedders,
    notes,
    store,
    onSwapped: (embedder) => void (inUse = embedder),
    signal: loading.signal,
  });
  // In reverse: loading ends, discovery lets go of what it embeds, then the exchange has ended too.
  scope.defer(() => takeOver);
  scope.use(discovery);
  scope.defer(() => loading.abort(new Error("the gateway is closing")));
  return { discovery, embedder: () => inUse };
}

function openStore(dataDir: string, log: Logger): EmbeddingStore {
  const folder = join(dataDir, "embeddings");
  return createFileEmbeddingStore({ ...EMBEDDING_STORE_DEFAULTS, folder }, { log });
}

interface SwapDeps extends OpenDiscoveryDeps {
  readonly discovery: SwappableDiscovery;
  /** Owns embedders loaded later. */
  readonly embedders: Scope;
  readonly notes: string[];
  readonly store: EmbeddingStore | undefined;
  readonly onSwapped: (embedder: Embedder) => void;
  readonly signal: AbortSignal;
}

async function swapWhenLoaded(options: EmbeddingOptions, deps: SwapDeps): Promise<void> {
  const { discovery, embedders, log, notes, onSwapped, signal, store } = deps;
  try {
    const load = await loadBetter(options, deps);
    if (load?.kind === "ready") embedders.use(load.embedder);
    if (load === undefined || signal.aborted) return;
    if (load.kind === "ready") {
      const { id } = load.embedder.model;
      if (!(await discovery.useEmbedder(load.embedder, store))) return;
      onSwapped(load.embedder);
      log.info({ model: id }, "Embedding model in use.");
      return;
    }
    // `auto` may do without; a model that was asked for by name may not go missing quietly.
    const isExpected = options.provider === "auto" && load.problem === "not-installed";
    if (isExpected) return log.debug({}, load.message);
    notes.push(load.message);
    log.warn({ provider: options.provider }, `Searching with the built-in model: ${load.message}`);
  } catch (error) {
    if (signal.aborted) return;
    notes.push(`The embedding model failed to load: ${(error as Error).message}`);
    log.error({ err: error }, "The embedding model failed to load.");
  }
}

/** Loads what the config asks for beyond the built-in model; libraries are imported only then. */
async function loadBetter(
  options: EmbeddingOptions,
  { clock, log, dataDir, signal }: SwapDeps,
): Promise<EmbedderLoad | undefined> {
  if (options.provider === "builtin") return undefined;
  if (options.provider === "openai") {
    const { loadOpenaiEmbedder } = await import("../adapters/embedding/openai/index.ts");
    return loadOpenaiEmbedder(options, { clock }, signal);
  }
  // Without a data directory this is a command of a moment: no model is worth waiting for.
  if (dataDir === undefined && options.provider === "auto") return undefined;
  const { loadTransformersEmbedder } =
    await import("../adapters/embedding/transformers/transformers-embedder.ts");
  const cacheDir = join(dataDir ?? ".", "models");
  return loadTransformersEmbedder(options, { cacheDir, clock, log }, signal);
}
