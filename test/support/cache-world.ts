import type { Cancellation } from "../../src/kernel/abort.ts";
import { createFakeClock, type FakeClock } from "../../src/kernel/fake-clock.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { createSeededRandom } from "../../src/kernel/random.ts";
import { rawJson, toRawJson } from "../../src/kernel/raw-json.ts";
import { ACCESS_DEFAULTS, createAccess } from "../../src/core/access/index.ts";
import {
  CACHE_DEFAULTS,
  createCaches,
  type Caches,
  type CacheOptions,
  type SemanticIndex,
  type ServerCacheRules,
  type SharedCache,
} from "../../src/core/cache/index.ts";
import { createCalls, type CallRequest, type Outcome } from "../../src/core/calls/index.ts";
import { CALLS_DEFAULTS } from "../../src/core/calls/options.ts";
import {
  CATALOG_DEFAULTS,
  createCatalog,
  type Catalog,
  type ServerId,
  type Tool,
} from "../../src/core/catalog/index.ts";
import type { GatewayEvent } from "../../src/core/events/index.ts";
import { createCircuits, RESILIENCE_DEFAULTS } from "../../src/core/resilience/index.ts";
import type { ServerSpec, UpstreamAnswer, UpstreamRequest } from "../../src/core/upstream/index.ts";
import { principal } from "./fakes/principals.ts";
import { createRecordingLog, type RecordingLog } from "./fakes/recording-log.ts";
import { createRecordingMetrics, type RecordingMetrics } from "./fakes/recording-metrics.ts";

/** What a test asks for; by default as principal `p`, with no arguments. */
export type Wish = Partial<Omit<CallRequest, "arguments">> & {
  /** A JSON text. */
  readonly args?: string;
  readonly signal?: AbortSignal;
};

/** One gateway: the real caches in the real pipeline. */
export interface Replica extends AsyncDisposable {
  readonly caches: Caches;
  readonly metrics: RecordingMetrics;
  readonly log: RecordingLog;
  readonly events: Pick<GatewayEvent, "type" | "data">[];
  call(tool: string, wish?: Wish): Promise<Outcome>;
  /** What an answer said and where it came from: `v1 miss`, `v1 l1`, or the code of a failure. */
  ask(tool: string, wish?: Wish): Promise<string>;
}

export interface ReplicaSetup {
  readonly options?: Partial<CacheOptions>;
  readonly shared?: SharedCache;
  readonly semantic?: SemanticIndex;
}

/** Servers `users` and `files` that several replicas call, under a clock that stands still. */
export interface CacheWorld extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly catalog: Catalog;
  /** What the servers have been asked, oldest first. */
  readonly asked: UpstreamRequest[];
  /** What they answer; at first the text `v1`, one more after every call of a tool that writes. */
  answer: (request: UpstreamRequest, signal: Cancellation) => Promise<UpstreamAnswer>;
  /** How long they take, in milliseconds; 0 answers at once. */
  delayMs: number;
  version: number;
  rules: Record<string, ServerCacheRules>;
  spec: ServerSpec;
  replica(setup?: ReplicaSetup): Replica;
  tool(id: string): Tool;
}

const READS = ["get", "list", "find"];
const WRITES = ["set", "drop"];

/** By default entries hold to the millisecond: no jitter, no early refresh. */
const STEADY: CacheOptions = { ...CACHE_DEFAULTS, jitterRatio: 0, earlyRefresh: 0 };

export function createCacheWorld(rules: Record<string, ServerCacheRules> = {}): CacheWorld {
  const clock = createFakeClock();
  const catalog = makeCatalog();
  const replicas: Replica[] = [];
  const world: CacheWorld = {
    clock,
    catalog,
    asked: [],
    delayMs: 0,
    version: 1,
    rules,
    spec: {
      endpoints: [{ transport: "stdio", launch: { command: "x", args: [], env: {} } }],
      timeoutMs: 60_000,
      maxTimeoutMs: 60_000,
      extendOnProgress: false,
      isolation: "shared",
      maxConcurrency: 1_000,
      maxQueue: 0,
    } as unknown as ServerSpec,
    async answer({ tool }) {
      const text = `v${world.version}`;
      if (world.delayMs > 0) await new Promise<void>((done) => clock.after(world.delayMs, done));
      if (!WRITES.includes(tool)) return textAnswer(text);
      world.version += 1;
      return textAnswer("written");
    },
    replica(setup = {}) {
      const made = makeReplica(world, setup);
      replicas.push(made);
      return made;
    },
    tool: (id) => catalog.tool(id)!,
    async [Symbol.asyncDispose]() {
      for (const replica of replicas) await replica[Symbol.asyncDispose]();
    },
  };
  return world;
}

/** A complete result with one text; `more` are members beside it. */
export function textAnswer(text: string, more: JsonObject = {}): UpstreamAnswer {
  return { kind: "result", body: toRawJson({ content: [{ type: "text", text }], ...more }) };
}

function makeCatalog(): Catalog {
  const catalog = createCatalog(CATALOG_DEFAULTS, {
    log: createRecordingLog(),
    metrics: createRecordingMetrics(),
  });
  for (const server of ["users", "files"] as ServerId[]) {
    catalog.setServer(server, { tags: [], allow: [], deny: [] });
    const inputSchema = { type: "object" };
    const reads = READS.map((name) => ({ name, inputSchema, annotations: { readOnlyHint: true } }));
    const writes = WRITES.map((name) => ({ name, inputSchema }));
    catalog.replaceTools(
      server,
      [...reads, ...writes].map((tool) => toRawJson(tool)),
    );
  }
  return catalog;
}

function makeReplica(world: CacheWorld, setup: ReplicaSetup): Replica {
  const { clock, catalog } = world;
  const [log, metrics] = [createRecordingLog(), createRecordingMetrics()];
  const base = { clock, catalog, log, metrics, random: createSeededRandom(7) };
  const events: Replica["events"] = [];
  const upstreams = {
    spec: (server: ServerId) =>
      (catalog.server(server) === undefined ? undefined : world.spec) as ServerSpec,
    async call(request: UpstreamRequest, signal: Cancellation) {
      world.asked.push(request);
      return world.answer(request, signal);
    },
    status: () => undefined,
    on: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const caches = createCaches(
    { ...STEADY, ...setup.options },
    {
      ...base,
      upstreams,
      rulesOf: (server) => world.rules[server],
      events: { publish: (_, type, data) => void events.push({ type, data }) },
      ...(setup.shared && { shared: setup.shared }),
      ...(setup.semantic && { semantic: setup.semantic }),
    },
  );
  const calls = createCalls(
    { ...CALLS_DEFAULTS, ...RESILIENCE_DEFAULTS },
    {
      ...base,
      access: createAccess(ACCESS_DEFAULTS),
      circuits: createCircuits(RESILIENCE_DEFAULTS.circuit, base),
      upstreams,
      stages: caches.stages,
      generationOf: (tool) => caches.generationOf(tool),
    },
  );
  const call: Replica["call"] = (tool, wish = {}) => {
    const { args = "{}", signal = new AbortController().signal, ...more } = wish;
    const request = { principal: principal("p"), tool, arguments: rawJson(Buffer.from(args)) };
    return calls.call({ ...request, ...more }, signal);
  };
  return {
    caches,
    metrics,
    log,
    events,
    call,
    ask: async (tool, wish) => gistOf(await call(tool, wish)),
    [Symbol.asyncDispose]: () => caches[Symbol.asyncDispose](),
  };
}

function gistOf(outcome: Outcome): string {
  const { cache } = outcome.meta;
  if (outcome.kind === "failure") return `${outcome.error.code} ${cache}`;
  if (outcome.kind !== "result") return outcome.kind;
  const { content } = outcome.body.value() as { content: readonly { text: string }[] };
  return `${content[0]?.text} ${cache}`;
}
