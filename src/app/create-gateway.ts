import { join } from "node:path";
import { createOverlayFile, type OverlayFile } from "../adapters/files/index.ts";
import type { PinoLogger } from "../adapters/pino/index.ts";
import { createPrometheusMetrics } from "../adapters/prometheus/index.ts";
import { createGptTokenizer } from "../adapters/tokens/index.ts";
import {
  childEnvironment,
  readEnvironment,
  readTextFile,
  type Config,
  type ServerEntry,
} from "../config/index.ts";
import { createAccess, type AccessOptions } from "../core/access/index.ts";
import { createCaches, type CachesDeps } from "../core/cache/index.ts";
import { createCalls } from "../core/calls/index.ts";
import { createCatalog } from "../core/catalog/index.ts";
import { createEventLog } from "../core/events/index.ts";
import type { Gateway } from "../core/gateway.ts";
import { withComposites, withoutCompositeCircuit } from "../core/plans/index.ts";
import { createCircuits, type CircuitBreakers } from "../core/resilience/index.ts";
import { createResults } from "../core/results/index.ts";
import { createTokenCounts } from "../core/tokens/index.ts";
import { discoveryDefinitions } from "../edges/mcp/index.ts";
import { createSystemClock, type Clock } from "../kernel/clock.ts";
import { createSystemRandom, type Random } from "../kernel/random.ts";
import { createScope, type Scope } from "../kernel/scope.ts";
import { connectUpstreams } from "./connect-upstreams.ts";
import { createPlanning, type Planning } from "./create-planning.ts";
import { openDiscovery } from "./open-discovery.ts";
import { openSemanticCache } from "./open-semantic-cache.ts";
import { openSharedCache } from "./open-shared-cache.ts";
import { publishEvents } from "./publish-events.ts";
import { createServerRegistry } from "./server-registry.ts";
import { createServerSet, type ServerSet } from "./server-set.ts";

/** A gateway that is wired and can be driven. Disposing closes every server and flushes. */
export interface GatewayRuntime extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly metricsText: () => Promise<string>;
  /** Takes over the config file's servers; resolves when those that left are gone. */
  setServers(entries: readonly ServerEntry[]): Promise<void>;
  /** Puts in force what can change while it runs: servers, keys, rules and composites. */
  applyConfig(config: Config): Promise<void>;
  /** Refuses new plans and calls and waits for those under way; plans may make calls until they end. */
  drain(): Promise<void>;
}

/** What a gateway is made of beside its configuration. */
export interface GatewayParts {
  readonly version: string;
  readonly logger: PinoLogger;
  /** Where index, embeddings and added servers are kept; without one nothing is. */
  readonly dataDir?: string;
  /** Hash of a key with role admin that this user's own commands come in with. */
  readonly ownKeyHash?: string;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * The composition root: makes every feature and adapter of a gateway and wires them. When one of
 * them cannot be made, those made before are disposed.
 * @throws GatewayError `invalid-config`, `index-failed`; the file system's error for the data directory.
 */
export async function createGateway(config: Config, parts: GatewayParts): Promise<GatewayRuntime> {
  const scope = createScope();
  try {
    return await wire(config, parts, scope);
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}

async function wire(config: Config, parts: GatewayParts, scope: Scope): Promise<GatewayRuntime> {
  const { logger, dataDir } = parts;
  const late: LateParts = {};
  const features = await createFeatures(config, parts, { scope, late });
  const { access, caches, calls, circuits, metrics, upstreams } = features;
  const planning = await createPlanning(config, { ...features, dataDir, scope });
  const { plans, composites } = planning;
  late.planning = planning;
  const set = await createServerSet({
    overlay: dataDir === undefined ? forgetful() : createOverlayFile(join(dataDir, "servers.json")),
    upstreams,
    readFile: readTextFile,
    onSecrets: (secrets) => logger.addSecrets(secrets),
    onRemoved: (id) => circuits.forget(id),
    onCacheRules: () => caches.rulesChanged(),
    log: logger.log,
  });
  late.servers = set;
  let inForce = config;
  const servers = createServerRegistry({
    set,
    upstreams,
    clock: features.clock,
    allowCommands: () => inForce.gateway.allowCommandsOverApi,
  });
  const tokens = scope.use(
    createTokenCounts(config.tokens, {
      ...features,
      tokenizer: scope.use(createGptTokenizer({}, features)),
      surface: () => discoveryDefinitions(gateway),
    }),
  );
  const gateway: Gateway = {
    ...features,
    plans,
    composites,
    version: parts.version,
    startedAt: features.clock.now(),
    servers,
    tokens,
  };
  publishEvents(gateway.events, gateway, scope);

  return {
    gateway,
    metricsText: async () => (await metrics.expose()).body,
    setServers: (entries) => set.setFileEntries(entries),
    async applyConfig(changed) {
      inForce = changed;
      access.update(withOwnKey(changed.access, parts.ownKeyHash));
      planning.apply(changed);
      await set.setFileEntries(changed.servers);
    },
    async drain() {
      await Promise.all([plans.drain(config.calls.drainTimeoutMs), calls[Symbol.asyncDispose]()]);
    },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

/** What calls need that needs calls itself. */
interface LateParts {
  planning?: Planning;
  servers?: ServerSet;
}

/** The features that need no config file any more, in the order in which they need each other. */
async function createFeatures(
  config: Config,
  parts: GatewayParts,
  { scope, late }: { readonly scope: Scope; readonly late: LateParts },
) {
  const { dataDir, version } = parts;
  const { log } = parts.logger;
  const clock = parts.clock ?? createSystemClock();
  const random = parts.random ?? createSystemRandom();
  const metrics = createPrometheusMetrics(config.prometheus, { log });
  scope.use(metrics);
  const base = { clock, random, log, metrics };
  const shared = await openSharedCache(config, { ...base, scope });
  const access = createAccess(withOwnKey(config.access, parts.ownKeyHash));
  const events = createEventLog({}, base);
  const catalog = createCatalog(config.catalog, base);
  const circuits = scope.use(createCircuits(config.resilience.circuit, base));
  const results = scope.use(createResults(config.results, base));
  const opened = openDiscovery(config, { ...base, access, catalog, scope, dataDir });
  const { discovery, embedder } = opened;
  const semantic = openSemanticCache(config.cache, { ...base, embedder, scope });
  const upstreams = connectUpstreams(config.upstream, {
    ...base,
    catalog,
    version,
    scope,
    childEnvironment: childEnvironment(readEnvironment()),
  });
  const caching = { semantic, ...(shared !== undefined && { shared }) };
  const known = { ...base, access, events, catalog, circuits, ...caching, upstreams };
  const ownership = { scope, late };
  return { ...known, results, discovery, ...createCallPath(config, known, ownership) };
}

/** What calls pass through, and the calls. */
function createCallPath(
  config: Config,
  features: Pick<
    Gateway,
    "access" | "catalog" | "clock" | "events" | "log" | "metrics" | "random" | "upstreams"
  > & { readonly circuits: CircuitBreakers } & Pick<CachesDeps, "semantic" | "shared">,
  { scope, late }: { readonly scope: Scope; readonly late: LateParts },
) {
  const caches = scope.use(
    createCaches(config.cache, {
      ...features,
      rulesOf: (server) => late.servers?.cacheRulesOf(server),
    }),
  );
  scope.use(features.upstreams.on("changed", ({ server }) => caches.serverChanged(server)));
  // Caches know of servers alone: the calls inside a composite are cached, not the composite.
  const upstreams = withComposites(features.upstreams, () => late.planning?.composites);
  const calls = createCalls(
    { ...config.calls, ...config.resilience },
    {
      ...features,
      upstreams,
      circuits: withoutCompositeCircuit(features.circuits),
      stages: caches.stages,
      generationOf: (tool) => caches.generationOf(tool),
      onRecorded: ({ tool }, outcome) => late.planning?.plans.learn(tool, outcome),
    },
  );
  return { caches, calls, upstreams };
}

function withOwnKey(options: AccessOptions, hash: string | undefined): AccessOptions {
  if (hash === undefined) return options;
  const key = {
    id: "local-commands",
    hash,
    role: "admin",
    tenant: "default",
    allow: [],
    deny: [],
  } as const;
  return { ...options, apiKeys: [...options.apiKeys, key] };
}

/** For a gateway without a data directory: what is added lives as long as the process. */
function forgetful(): OverlayFile {
  return { read: () => Promise.resolve({ servers: {} }), write: () => Promise.resolve() };
}
