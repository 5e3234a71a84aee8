import type { Readable, Writable } from "node:stream";
import { createPinoLogger } from "../../adapters/pino/index.ts";
import type { Config, ConfigSources } from "../../config/index.ts";
import type { Gateway } from "../../core/gateway.ts";
import { untilSettled, type SettleRequest } from "../../core/upstream/index.ts";
import type { RestTransport } from "../../edges/cli/host.ts";
import { createScope } from "../../kernel/scope.ts";
import { createEdges } from "../create-edges.ts";
import { createGateway } from "../create-gateway.ts";
import { readSources } from "../read-sources.ts";
import { createPatientDiscovery } from "./patient-discovery.ts";
import { createInProcessTransport } from "./rest-transports.ts";

/** A gateway for one command: it listens nowhere and keeps nothing. */
export interface InProcessGateway extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Disposing it closes the gateway too. */
  readonly transport: RestTransport;
  /** Resolves when every server is ready or has failed once, and what is there can be found. */
  settled(onProgress: (settled: number, total: number) => void): Promise<void>;
  /** Serves MCP on a pair of streams until the input ends. */
  stdio(streams: { readonly input: Readable; readonly output: Writable }): Promise<void>;
}

/** Longest wait for servers to start, in milliseconds. */
const SETTLE_TIMEOUT_MS = 60_000;

/** How long a client's first search waits for servers that are starting, in milliseconds. */
const FIRST_SEARCH_WAIT_MS = 10_000;

/** @throws GatewayError `invalid-config`. */
export async function openInProcess(
  sources: ConfigSources,
  { version, signal }: { readonly version: string; readonly signal: AbortSignal },
): Promise<InProcessGateway> {
  const { config, secrets } = readSources(sources);
  const scope = createScope();
  // Standard error belongs to the command; only what matters to its user is told there.
  const level = config.log.level === "debug" ? "debug" : "error";
  const logger = scope.use(createPinoLogger({ level, secrets }));
  const runtime = scope.use(await createGateway(localOnly(config), { version, logger }));
  await runtime.setServers(config.servers);
  const { access, clock, discovery, upstreams } = runtime.gateway;
  const settle = async (timeoutMs: number, onProgress?: SettleRequest["onProgress"]) => {
    const servers = upstreams.statuses().map((status) => status.id);
    const request = { servers, timeoutMs, signal, ...(onProgress && { onProgress }) };
    await untilSettled(upstreams, clock, request);
    await discovery.settled();
  };
  // A command that is stopped meanwhile says so itself.
  const started = settle(FIRST_SEARCH_WAIT_MS).catch(() => undefined);
  const gateway = {
    ...runtime.gateway,
    discovery: createPatientDiscovery(discovery, started),
  };
  const edges = createEdges(config, gateway, {
    metricsText: runtime.metricsText,
    readiness: () => ({ ready: true }),
    reload: () => Promise.resolve({ warnings: [] }),
    stop: () => undefined,
  });
  scope.use(edges.mcp);
  scope.defer(() => edges.http.close());
  const dispose = (): Promise<void> => Promise.resolve(scope[Symbol.asyncDispose]());
  return {
    gateway,
    transport: createInProcessTransport(edges.http, dispose),
    settled: (onProgress) => settle(SETTLE_TIMEOUT_MS, onProgress),
    stdio: (streams) => edges.mcp.stdio(streams, access.authenticate(undefined), signal),
    [Symbol.asyncDispose]: dispose,
  };
}

/** Who can start this process owns its config: no key is asked for. */
function localOnly(config: Config): Config {
  const anonymous = { role: "admin", allow: [], deny: [] } as const;
  return { ...config, access: { ...config.access, allowAnonymous: true, anonymous } };
}
