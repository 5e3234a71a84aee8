import { CACHE_DEFAULTS, createCaches, type ServerCacheRules } from "../../src/core/cache/index.ts";
import { createEventLog } from "../../src/core/events/index.ts";
import type { Gateway } from "../../src/core/gateway.ts";
import { createResults, type ResultsOptions } from "../../src/core/results/index.ts";
import type { Principal } from "../../src/core/access/index.ts";
import type { TokenCounts } from "../../src/core/tokens/index.ts";
import { createFakeClock, type FakeClock } from "../../src/kernel/fake-clock.ts";
import { createSeededRandom } from "../../src/kernel/random.ts";
import { createFakeAccess } from "./fakes/fake-access.ts";
import { createFakeCalls, type FakeCalls } from "./fakes/fake-calls.ts";
import { createFakeCatalog, type FakeCatalog, type FakeTool } from "./fakes/fake-catalog.ts";
import { createFakeComposites } from "./fakes/fake-composites.ts";
import { createFakeDiscovery, type FakeDiscovery } from "./fakes/fake-discovery.ts";
import { createFakePlans, type FakePlans } from "./fakes/fake-plans.ts";
import { createFakeServers, type FakeServers } from "./fakes/fake-servers.ts";
import { principal } from "./fakes/principals.ts";
import { createRecordingLog, type RecordingLog } from "./fakes/recording-log.ts";
import { createRecordingMetrics, type RecordingMetrics } from "./fakes/recording-metrics.ts";

/** What edges are handed, with small fakes for what does work and the real stores beside them. */
export interface FakeGateway extends Gateway, Disposable {
  readonly calls: FakeCalls;
  readonly catalog: FakeCatalog;
  readonly clock: FakeClock;
  readonly discovery: FakeDiscovery;
  readonly fakeServers: FakeServers;
  readonly log: RecordingLog;
  readonly plans: FakePlans;
  readonly metrics: RecordingMetrics;
  /** Sets what has been counted: tokens by fingerprint, and of the whole catalogue. */
  countTokens(catalogue: number, byFingerprint: Readonly<Record<string, number>>): void;
}

export interface FakeGatewaySetup {
  /** Default: three tools of two servers, `users` and `files`. */
  readonly tools?: readonly FakeTool[];
  /** Who stands behind which token; default nobody. */
  readonly tokens?: Readonly<Record<string, Principal>>;
  /** Who asks without a token: by default an admin called `anonymous`; `null` refuses. */
  readonly anonymous?: Principal | null;
  readonly results?: Partial<ResultsOptions>;
  /** What the config says of the caching of servers' tools; default nothing. */
  readonly cacheRules?: Readonly<Record<string, ServerCacheRules>>;
}

/** Two servers' worth of tools. */
export const SAMPLE_TOOLS: readonly FakeTool[] = [
  {
    server: "users",
    name: "search_users",
    title: "Search users",
    description: "Finds users by name, e-mail or company. Pages with limit and offset.",
    inputSchema: {
      type: "object",
      properties: { name: { type: "string" }, limit: { type: "integer" } },
    },
    annotations: { readOnlyHint: true },
  },
  {
    server: "users",
    name: "add_user",
    description: "Adds a user.",
    inputSchema: {
      type: "object",
      properties: { email: { type: "string" } },
      required: ["email"],
    },
    annotations: { readOnlyHint: false, destructiveHint: false },
  },
  { server: "files", name: "read_file", description: "Reads a file from disk." },
];

export function createFakeGateway(setup: FakeGatewaySetup = {}): FakeGateway {
  const tools = setup.tools ?? SAMPLE_TOOLS;
  const clock = createFakeClock();
  const random = createSeededRandom(1);
  const log = createRecordingLog();
  const { anonymous = principal("anonymous") } = setup;
  const access = createFakeAccess({
    tokens: setup.tokens ?? {},
    ...(anonymous === null ? {} : { anonymous }),
  });
  const catalog = createFakeCatalog(tools);
  const fakeServers = createFakeServers([...new Set(tools.map((tool) => tool.server))]);
  const results = createResults(setup.results ?? {}, { clock, random });
  const counted = createCountedTokens();
  const metrics = createRecordingMetrics();
  const events = createEventLog({}, { clock, log });
  const { upstreams } = fakeServers;
  const caches = createCaches(CACHE_DEFAULTS, {
    catalog,
    upstreams,
    events,
    metrics,
    log,
    clock,
    random,
    rulesOf: (server) => setup.cacheRules?.[server],
  });
  return {
    version: "0.0.0-test",
    startedAt: clock.now(),
    access,
    caches,
    calls: createFakeCalls({ catalog, access }),
    catalog,
    circuits: fakeServers.circuits,
    discovery: createFakeDiscovery({ catalog, access }),
    composites: createFakeComposites(),
    events,
    plans: createFakePlans(),
    results,
    servers: fakeServers.registry,
    tokens: counted.tokens,
    upstreams,
    metrics,
    log,
    clock,
    random,
    fakeServers,
    countTokens: counted.set,
    [Symbol.dispose]: () => results[Symbol.dispose](),
  };
}

function createCountedTokens(): { tokens: TokenCounts; set: FakeGateway["countTokens"] } {
  let catalogue = 0;
  let byFingerprint: Readonly<Record<string, number>> = {};
  return {
    set(total, counts) {
      catalogue = total;
      byFingerprint = counts;
    },
    tokens: {
      get catalogueTokens() {
        return catalogue;
      },
      ofFingerprint: (fingerprint) => byFingerprint[fingerprint],
      report: () =>
        Promise.resolve({ catalogue, surface: 700, servers: [], tokenizer: "o200k_base" }),
    },
  };
}
