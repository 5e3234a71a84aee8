import { once } from "node:events";
import { resolve } from "node:path";
import {
  acquireDataDir,
  DataDirBusyError,
  findDaemon,
  publishDaemonAddress,
  type DataDir,
  type PublishedAddress,
} from "../adapters/files/index.ts";
import { createPinoLogger, type PinoLogger } from "../adapters/pino/index.ts";
import { formatProblem, type ConfigSources } from "../config/index.ts";
import { newApiKey } from "../core/access/index.ts";
import type { ServeReady } from "../edges/cli/host.ts";
import { GatewayError } from "../kernel/errors.ts";
import { createSystemRandom } from "../kernel/random.ts";
import { createConfigKeeper, type ConfigKeeper } from "./config-keeper.ts";
import { createEdges, listen, type Edges } from "./create-edges.ts";
import { createGateway, type GatewayRuntime } from "./create-gateway.ts";
import { readSources, type GoodConfig } from "./read-sources.ts";
import { shutDown, type ShutdownPhase } from "./shutdown.ts";

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly sources: ConfigSources;
  readonly version: string;
  /** Stops the daemon, in order. */
  readonly signal: AbortSignal;
  readonly onReady: (ready: ServeReady) => void;
}

/** Longest time for a phase of the shutdown, beside draining, in milliseconds. */
const PHASE_TIMEOUT_MS = 5_000;

/**
 * Runs the daemon until it is told to stop, by the signal or over the API.
 * @throws GatewayError `invalid-config` (also for a busy data directory or port) before it is ready.
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const loaded = readSources(options.sources);
  using logger = createPinoLogger({ ...loaded.config.log, secrets: loaded.secrets });
  await using dataDir = await holdDataDir(loaded.config.dataDir);
  const daemon = await Daemon.create({ options, loaded, logger, dataDir });
  try {
    options.onReady(await daemon.start());
    await daemon.stopped;
  } finally {
    await daemon.stop();
  }
}

interface DaemonParts {
  readonly options: DaemonOptions;
  readonly loaded: GoodConfig;
  readonly logger: PinoLogger;
  readonly dataDir: DataDir;
}

class Daemon {
  readonly #parts: DaemonParts;
  readonly #runtime: GatewayRuntime;
  readonly #token: string;
  readonly #keeper: ConfigKeeper;
  readonly #edges: Edges;
  readonly #requestStop: () => void;
  /** Resolves when somebody asked for the end. */
  readonly stopped: Promise<unknown>;
  #address: PublishedAddress | undefined;
  #isReady = false;

  static async create(parts: DaemonParts): Promise<Daemon> {
    // This user's own commands come in with a key that lives as long as the daemon.
    const ownKey = newApiKey(createSystemRandom());
    const runtime = await createGateway(parts.loaded.config, {
      version: parts.options.version,
      logger: parts.logger,
      dataDir: parts.dataDir.path,
      ownKeyHash: ownKey.hash,
    });
    return new Daemon(parts, runtime, ownKey.token);
  }

  private constructor(parts: DaemonParts, runtime: GatewayRuntime, token: string) {
    this.#parts = parts;
    this.#runtime = runtime;
    this.#token = token;
    const { options, loaded, logger } = parts;
    this.#keeper = createConfigKeeper(options.sources, loaded, { runtime, logger });
    const asked = new AbortController();
    this.#requestStop = () => asked.abort();
    this.stopped = once(asked.signal, "abort");
    if (options.signal.aborted) asked.abort();
    options.signal.addEventListener("abort", this.#requestStop, { once: true });
    this.#edges = createEdges(loaded.config, runtime.gateway, {
      metricsText: runtime.metricsText,
      readiness: () => (this.#isReady ? { ready: true } : { ready: false, reason: "stopping" }),
      reload: () => this.#keeper.reload(),
      stop: this.#requestStop,
    });
  }

  /** Listens first, so that it is ready whatever the servers do; they connect in the background. */
  async start(): Promise<ServeReady> {
    const { config, warnings } = this.#parts.loaded;
    const { log } = this.#parts.logger;
    const url = await listen(this.#edges.http, config.http);
    await this.#runtime.setServers(config.servers);
    this.#address = await publishDaemonAddress(this.#parts.dataDir.path, {
      url,
      pid: process.pid,
      startedAt: this.#runtime.gateway.startedAt,
      token: this.#token,
      ...(config.file === undefined ? {} : { config: resolve(config.file) }),
    });
    this.#isReady = true;
    const lines = warnings.map(formatProblem);
    for (const line of lines) log.warn({}, line);
    const servers = config.servers.length;
    log.info({ url, dataDir: this.#parts.dataDir.path, servers }, "Ready.");
    const { catalog, discovery } = this.#runtime.gateway;
    const notes = [...lines, ...discovery.status().notes];
    const serverIds = config.servers.map(({ id }) => id);
    return { url, mcpUrl: `${url}/mcp`, servers, serverIds, tools: catalog.size, notes };
  }

  /** Not ready → stop accepting → drain → close → flush, each with a time limit. */
  async stop(): Promise<void> {
    const { log } = this.#parts.logger;
    log.info({}, "Stopping.");
    this.#parts.options.signal.removeEventListener("abort", this.#requestStop);
    this.#isReady = false;
    this.#keeper[Symbol.dispose]();
    const { http, mcp } = this.#edges;
    // What the pipeline was made with: the setting holds from the next start on.
    const drainMs = this.#parts.loaded.config.calls.drainTimeoutMs + 1_000;
    const phases: readonly ShutdownPhase[] = [
      phase("stop listening", () => void http.server.close()),
      phase("announce", () => this.#address?.announceStop(stopsBy)),
      phase("drain", () => this.#runtime.drain(), drainMs),
      phase("close sessions", () => mcp[Symbol.asyncDispose]()),
      phase("close connections", () => http.close()),
      phase("close servers", () => this.#runtime[Symbol.asyncDispose]()),
      phase("withdraw", () => this.#address?.[Symbol.asyncDispose]()),
    ];
    const stopsBy: number = Date.now() + phases.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
    await shutDown(phases, log);
    log.info({}, "Stopped.");
  }
}

function phase(name: string, run: () => unknown, timeoutMs = PHASE_TIMEOUT_MS): ShutdownPhase {
  return { name, timeoutMs, run };
}

async function holdDataDir(path: string): Promise<DataDir> {
  try {
    return await acquireDataDir(path);
  } catch (error) {
    const problem = await whyNotHeld(path, error as Error);
    throw new GatewayError("invalid-config", problem, { problems: [problem], cause: error });
  }
}

async function whyNotHeld(path: string, error: Error): Promise<string> {
  if (!(error instanceof DataDirBusyError)) {
    return `gateway.dataDir: ${path} cannot be used: ${error.message}. Choose a folder this user may write.`;
  }
  const holder = await findDaemon(path);
  if (holder?.stopsBy === undefined) return error.message;
  return `The data directory ${path} is still in use by process ${holder.pid}, a daemon that is stopping and finishes what is under way. Wait for its end with "switchboard stop", then start again.`;
}
