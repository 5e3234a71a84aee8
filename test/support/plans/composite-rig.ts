import { ACCESS_DEFAULTS, createAccess } from "../../../src/core/access/index.ts";
import { createCalls, type CallRequest, type Outcome } from "../../../src/core/calls/index.ts";
import { CALLS_DEFAULTS } from "../../../src/core/calls/options.ts";
import {
  CATALOG_DEFAULTS,
  createCatalog,
  parseServerId,
  type Catalog,
  type CatalogOptions,
} from "../../../src/core/catalog/index.ts";
import {
  createComposites,
  createCompositionRules,
  createPlanCompiler,
  createPlans,
  PLANS_DEFAULTS,
  withComposites,
  withoutCompositeCircuit,
  type CompositeDefinition,
  type Plans,
  type PlansOptions,
  type RunnableComposites,
} from "../../../src/core/plans/index.ts";
import { createCircuits, RESILIENCE_DEFAULTS } from "../../../src/core/resilience/index.ts";
import type {
  ServerState,
  ServerStatus,
  UpstreamEvents,
  UpstreamRequest,
  Upstreams,
} from "../../../src/core/upstream/index.ts";
import { createTypedEvents } from "../../../src/kernel/typed-events.ts";
import type { Cancellation } from "../../../src/kernel/abort.ts";
import { createFakeClock, type FakeClock } from "../../../src/kernel/fake-clock.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { createSeededRandom } from "../../../src/kernel/random.ts";
import { rawJson, toRawJson, type RawJson } from "../../../src/kernel/raw-json.ts";
import { createFakeServers } from "../fakes/fake-servers.ts";
import { principal } from "../fakes/principals.ts";
import { createRecordingLog, type RecordingLog } from "../fakes/recording-log.ts";
import { createRecordingMetrics } from "../fakes/recording-metrics.ts";

/** What a tool of the rig answers: the value as `structuredContent`, or the whole result. */
type Handler = (request: UpstreamRequest, signal: Cancellation) => unknown;

/** Composites over the real catalogue, pipeline, compiler and scheduler; only the servers are played. */
export interface CompositeRig {
  readonly catalog: Catalog;
  readonly clock: FakeClock;
  readonly composites: RunnableComposites;
  readonly log: RecordingLog;
  readonly plans: Plans;
  readonly upstreams: Upstreams;
  /** What servers were asked, in order. */
  readonly asked: readonly UpstreamRequest[];
  /** What is on the disk. */
  readonly stored: () => RawJson | undefined;
  /** Says in which state servers are that have no tools yet; default unknown. */
  setState(server: string, state: ServerState): void;
  /** Gives a server its tools; those named `read…` only read. */
  setTools(server: string, tools: readonly string[]): void;
  /** How a tool answers; by default with its arguments. */
  on(tool: string, handler: Handler): void;
  call(tool: string, args?: object, more?: Partial<CallRequest>): Promise<Outcome>;
}

export interface CompositeRigSetup {
  readonly file?: readonly CompositeDefinition[];
  readonly stored?: string;
  readonly plans?: Partial<PlansOptions>;
  readonly catalog?: Partial<CatalogOptions>;
}

export async function createCompositeRig(setup: CompositeRigSetup = {}): Promise<CompositeRig> {
  const [clock, log, metrics] = [createFakeClock(), createRecordingLog(), createRecordingMetrics()];
  const base = { clock, log, metrics, random: createSeededRandom(3) };
  const access = createAccess(ACCESS_DEFAULTS);
  const catalog = createCatalog({ ...CATALOG_DEFAULTS, ...setup.catalog }, base);
  const options = { ...PLANS_DEFAULTS, ...setup.plans };
  const asked: UpstreamRequest[] = [];
  const handlers = new Map<string, Handler>();
  let late: RunnableComposites | undefined;
  const statuses = new Map<string, ServerStatus>();
  const changes = createTypedEvents<UpstreamEvents>(() => undefined);
  const setState = (server: string, state: ServerState): void => {
    const status = { id: parseServerId(server)!, state } as ServerStatus;
    statuses.set(server, status);
    changes.emit("state", status);
  };
  const servers: Upstreams = {
    ...createFakeServers([]).upstreams,
    spec: () => undefined,
    status: (server) => statuses.get(server),
    statuses: () => [...statuses.values()],
    on: (name, listener) => changes.on(name, listener),
    async call(request, signal) {
      asked.push(request);
      const handler = handlers.get(`${request.server}__${request.tool}`) ?? echo;
      return { kind: "result", body: toRawJson(await handler(request, signal)) };
    },
  };
  const upstreams = withComposites(servers, () => late);
  const circuits = createCircuits(RESILIENCE_DEFAULTS.circuit, base);
  const features = { ...base, access, catalog, upstreams };
  const calls = createCalls(
    { ...CALLS_DEFAULTS, ...RESILIENCE_DEFAULTS },
    { ...features, circuits: withoutCompositeCircuit(circuits) },
  );
  const rules = createCompositionRules(options.rules, { catalog });
  const compositePlan = (tool: string) => late?.planOf(tool);
  const compiler = createPlanCompiler(
    { ...options, validation: CALLS_DEFAULTS.validation },
    { ...features, rules, compositePlan },
  );
  const events = { publish: () => undefined };
  const plans = createPlans(options, { ...features, rules, compiler, calls, events });
  let stored = setup.stored === undefined ? undefined : rawJson(Buffer.from(setup.stored));
  const composites = await createComposites(options, {
    ...features,
    plans,
    store: {
      read: () => Promise.resolve(stored === undefined ? {} : { composites: stored }),
      write: (composed) => Promise.resolve(void (stored = composed)),
    },
  });
  late = composites;
  composites.setFile(setup.file ?? []);
  return {
    catalog,
    clock,
    composites,
    log,
    plans,
    upstreams,
    asked,
    stored: () => stored,
    on: (tool, handler) => void handlers.set(tool, handler),
    setState,
    setTools(server, tools) {
      const id = parseServerId(server)!;
      catalog.setServer(id, { tags: [], allow: [], deny: [] });
      catalog.replaceTools(id, tools.map(definition));
    },
    call: (tool, args = {}, more = {}) =>
      calls.call(
        { principal: principal("p"), tool, arguments: toRawJson(args), ...more },
        new AbortController().signal,
      ),
  };
}

/** A composite of the config file, with its plan's members as they would stand there. */
export function composite(name: string, plan: JsonObject, more: object = {}): CompositeDefinition {
  return { name, description: `Does ${name}.`, plan: toRawJson(plan), ...more };
}

function definition(name: string): RawJson {
  const reads = name.startsWith("read");
  const writes = { readOnlyHint: false, destructiveHint: false };
  return toRawJson({
    name,
    inputSchema: { type: "object" },
    annotations: { ...(reads ? { readOnlyHint: true } : writes), openWorldHint: false },
  });
}

function echo(request: UpstreamRequest): object {
  return { content: [], structuredContent: request.arguments.value() };
}
