import {
  createProcessGroups,
  createProcessLauncher,
  createStdioLinkFactory,
  STDIO_DEFAULTS,
  type ProcessGroups,
  type StdioOptions,
} from "../../src/adapters/upstream/stdio/index.ts";
import {
  createSseLinkFactory,
  SSE_UPSTREAM_DEFAULTS,
} from "../../src/adapters/upstream/sse/index.ts";
import {
  createStreamableHttpLinkFactory,
  HTTP_UPSTREAM_DEFAULTS,
} from "../../src/adapters/upstream/streamable-http/index.ts";
import {
  createWebSocketLinkFactory,
  WEBSOCKET_UPSTREAM_DEFAULTS,
} from "../../src/adapters/upstream/websocket/index.ts";
import { parseServerId, type ServerId } from "../../src/core/catalog/index.ts";
import {
  createUpstreams,
  UPSTREAM_DEFAULTS,
  type CatalogSink,
  type EndpointSpec,
  type ServerSpec,
  type ServerState,
  type UpstreamOptions,
  type UpstreamRequest,
  type Upstreams,
} from "../../src/core/upstream/index.ts";
import { createSystemClock } from "../../src/kernel/clock.ts";
import { createSystemRandom } from "../../src/kernel/random.ts";
import { rawJson, toRawJson, type RawJson } from "../../src/kernel/raw-json.ts";
import { principal } from "./fakes/principals.ts";
import { createRecordingLog, type RecordingLog } from "./fakes/recording-log.ts";
import { createRecordingMetrics, type RecordingMetrics } from "./fakes/recording-metrics.ts";
import type { ServerEntry } from "./server-entry.ts";
import { waitFor } from "./wait-for.ts";

/** Upstreams over the real adapters, with a catalogue that only records. Disposing closes everything. */
export type UpstreamRig = AsyncDisposable & {
  upstreams: Upstreams;
  groups: ProcessGroups;
  log: RecordingLog;
  metrics: RecordingMetrics;
  catalog: RecordingCatalog;
  /** Makes the servers those given, and waits until each has the state (default: ready). */
  connect(specs: readonly ServerSpec[], state?: ServerState): Promise<void>;
  waitForState(server: string, state: ServerState): Promise<void>;
  /** Calls a tool, as the principal `tester`, with a safe call unless told otherwise. */
  call(server: string, tool: string, more?: CallDetails): Promise<RawJson>;
  /** The text of the first content block of the answer. */
  text(server: string, tool: string, more?: CallDetails): Promise<string>;
};

export type CallDetails = {
  args?: unknown;
  rawArgs?: string;
  signal?: AbortSignal;
  session?: string;
  principal?: string;
} & Partial<
  Pick<UpstreamRequest, "safe" | "onProgress" | "meta" | "requestState" | "inputResponses">
>;

/** What the catalogue was told last. */
export type RecordingCatalog = CatalogSink & {
  servers: Map<string, { tools: string[]; summary: string | undefined; replacements: number }>;
};

export function createUpstreamRig(
  options: Partial<UpstreamOptions> = {},
  stdioOptions: Partial<StdioOptions> = {},
): UpstreamRig {
  const [clock, random] = [createSystemClock(), createSystemRandom()];
  const [log, metrics, catalog] = [
    createRecordingLog(),
    createRecordingMetrics(),
    createRecordingCatalog(),
  ];
  const { PATH = "", HOME = "" } = process.env;
  const children = { ...STDIO_DEFAULTS, stopGraceMs: 300, killGraceMs: 500, ...stdioOptions };
  const groups = createProcessGroups(children, { baseEnvironment: { PATH, HOME }, clock, log });
  const upstreams = createUpstreams(
    { ...UPSTREAM_DEFAULTS, backoffInitialMs: 100, ...options },
    {
      links: {
        stdio: createStdioLinkFactory(children, { groups, clock, log }),
        websocket: createWebSocketLinkFactory(WEBSOCKET_UPSTREAM_DEFAULTS, { clock, log }),
        sse: createSseLinkFactory(SSE_UPSTREAM_DEFAULTS, { clock, log }),
        "streamable-http": createStreamableHttpLinkFactory(HTTP_UPSTREAM_DEFAULTS, { clock }),
      },
      launcher: createProcessLauncher(children, { groups, clock }),
      catalog,
      client: { name: "rig", version: "0.0.0" },
      clock,
      random,
      metrics,
      log,
    },
  );
  const call = async (server: string, tool: string, more: CallDetails = {}): Promise<RawJson> => {
    const { signal = AbortSignal.timeout(20_000) } = more;
    return (await upstreams.call(requestOf(server, tool, more), signal)).body;
  };
  const waitForState = async (server: string, state: ServerState): Promise<void> => {
    const status = (): unknown => JSON.stringify(upstreams.status(idOf(server)));
    await waitFor(() => upstreams.status(idOf(server))?.state === state, {
      what: `${server} to be ${state}`,
      timeoutMs: 15_000,
    }).catch((error: Error) => {
      throw new Error(`${error.message}: ${String(status())}`);
    });
  };
  return {
    upstreams,
    groups,
    log,
    metrics,
    catalog,
    call,
    waitForState,
    async text(server, tool, more) {
      const result = (await call(server, tool, more)).value() as { content?: { text?: string }[] };
      return result.content?.[0]?.text ?? "";
    },
    async connect(specs, state = "ready") {
      await upstreams.reconcile(specs);
      await Promise.all(specs.map(({ id }) => waitForState(id, state)));
    },
    async [Symbol.asyncDispose]() {
      await upstreams[Symbol.asyncDispose]();
      await groups[Symbol.asyncDispose]();
    },
  };
}

function requestOf(server: string, tool: string, more: CallDetails): UpstreamRequest {
  const { args = {}, rawArgs, session } = more;
  const { meta, onProgress, requestState, inputResponses } = more;
  return {
    server: idOf(server),
    tool,
    arguments: rawArgs === undefined ? toRawJson(args) : rawJson(Buffer.from(rawArgs)),
    safe: more.safe ?? true,
    scope: {
      principal: principal(more.principal ?? "tester"),
      ...(session !== undefined && { session }),
    },
    ...(onProgress && { onProgress }),
    ...(meta && { meta }),
    ...(requestState !== undefined && { requestState }),
    ...(inputResponses && { inputResponses }),
  };
}

/** A server with one endpoint; durations fit for tests. */
export function specOf(
  id: string,
  endpoint: EndpointSpec | readonly EndpointSpec[],
  more: Partial<ServerSpec> = {},
): ServerSpec {
  return {
    id: idOf(id),
    endpoints: Array.isArray(endpoint) ? endpoint : [endpoint as EndpointSpec],
    disabled: false,
    tags: [],
    tools: { allow: [], deny: [] },
    isolation: "shared",
    startupTimeoutMs: 10_000,
    timeoutMs: 10_000,
    extendOnProgress: false,
    maxTimeoutMs: 10_000,
    idleStopMs: 0,
    maxConcurrency: 100,
    maxQueue: 100,
    source: "file",
    ...more,
  };
}

export function stdio({ command, args, env }: ServerEntry): EndpointSpec {
  return { transport: "stdio", launch: { command, args, env } };
}

export function http(url: string, headers: Record<string, string> = {}): EndpointSpec {
  return { transport: "streamable-http", url, headers };
}

export function ws(url: string, headers: Record<string, string> = {}): EndpointSpec {
  return { transport: "websocket", url, headers };
}

export function sse(url: string, headers: Record<string, string> = {}): EndpointSpec {
  return { transport: "sse", url, headers };
}

export function idOf(text: string): ServerId {
  const id = parseServerId(text);
  if (id === undefined) throw new Error(`${text} is no server id`);
  return id;
}

function createRecordingCatalog(): RecordingCatalog {
  const servers: RecordingCatalog["servers"] = new Map();
  return {
    servers,
    setServer(id) {
      if (!servers.has(id)) servers.set(id, { tools: [], summary: undefined, replacements: 0 });
    },
    removeServer: (id) => void servers.delete(id),
    replaceTools(id, definitions, summary) {
      const tools = definitions.map(
        (tool) => (tool.value() as { name?: string } | null)?.name ?? "",
      );
      const replacements = (servers.get(id)?.replacements ?? 0) + 1;
      servers.set(id, { tools, summary, replacements });
      return { rejected: [] };
    },
  };
}
