import { access, constants, mkdir } from "node:fs/promises";
import type { DaemonAddress } from "../../adapters/files/index.ts";
import { bundledAddonPath, loadFaiss } from "../../adapters/vectors/faiss/load-faiss.ts";
import { formatProblem, loadConfig, type Config, type ConfigSources } from "../../config/index.ts";
import type { RuleRemark } from "../../core/cache/index.ts";
import type { DiscoveryStatus } from "../../core/discovery/index.ts";
import type { CompositeView } from "../../core/plans/index.ts";
import type { ServerStatus } from "../../core/upstream/index.ts";
import type { Check, GlobalFlags } from "../../edges/cli/host.ts";
import { createSystemClock } from "../../kernel/clock.ts";
import type { ConfigInUse } from "./config-in-use.ts";
import { openInProcess } from "./in-process.ts";
import { createHttpTransport } from "./rest-transports.ts";

export interface DoctorDeps {
  readonly inUse: ConfigInUse;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Checks what the gateway needs, one thing after another, and says how to mend what fails. */
export function createDoctor(deps: DoctorDeps): {
  run(flags: GlobalFlags): AsyncIterable<Check>;
} {
  return {
    async *run(flags) {
      const sources = await deps.inUse.sources(flags);
      yield checkNode();
      const loaded = loadConfig(sources);
      if (loaded.kind === "failed") {
        for (const problem of loaded.problems) {
          yield { name: "config", status: "failed", detail: formatProblem(problem) };
        }
        return;
      }
      const { config } = loaded;
      yield {
        name: "config",
        status: "ok",
        detail: `${config.file ?? "no file"}: ${config.servers.length} servers`,
      };
      for (const warning of loaded.warnings) {
        yield { name: "config", status: "warning", detail: formatProblem(warning) };
      }
      yield await checkDataDir(config.dataDir);
      const daemon = await deps.inUse.daemon(flags);
      yield checkDaemon(daemon);
      yield checkFaiss(config);
      yield* checkSharedCache(config, deps.signal);
      // A second start of servers that the daemon runs would fail on their ports.
      if (daemon === undefined) yield* checkServers(sources, deps);
      else if (daemon.stopsBy === undefined) yield* askDaemon(daemon, deps.signal);
    },
  };
}

function checkNode(): Check {
  return { name: "node", status: "ok", detail: `${process.version} on ${process.platform}` };
}

async function checkDataDir(path: string): Promise<Check> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK);
    return { name: "data directory", status: "ok", detail: path };
  } catch (error) {
    const detail = `${path}: ${(error as Error).message}`;
    const mend = "Make it writable for this user, or set gateway.dataDir.";
    return { name: "data directory", status: "failed", detail, mend };
  }
}

function checkDaemon(daemon: DaemonAddress | undefined): Check {
  if (daemon === undefined) {
    const mend = "Start one with: switchboard serve";
    return { name: "daemon", status: "warning", detail: "none is running here", mend };
  }
  const detail = `${daemon.url}, process ${daemon.pid}, config ${daemon.config ?? "none"}`;
  if (daemon.stopsBy === undefined) return { name: "daemon", status: "ok", detail };
  const mend = "Wait for its end with: switchboard stop";
  return { name: "daemon", status: "warning", detail: `${detail}, is stopping`, mend };
}

function checkFaiss({ vectors }: Config): Check {
  if (vectors.index === "exact") {
    return { name: "vector index", status: "ok", detail: "exact, as configured" };
  }
  const load = loadFaiss({ addonPaths: [bundledAddonPath()] });
  if (load.status === "loaded") {
    return { name: "vector index", status: "ok", detail: `FAISS from ${load.source}` };
  }
  const status = vectors.index === "faiss" ? "failed" : "warning";
  return { name: "vector index", status, detail: load.reason, mend: load.mend };
}

/** The Redis, as it is seen from here: the daemon's own view is in its status. */
async function* checkSharedCache({ redis }: Config, signal: AbortSignal): AsyncIterable<Check> {
  const { url, sentinels, cluster } = redis;
  if (url === undefined && sentinels.length === 0 && cluster.length === 0) return;
  const { checkRedis } = await import("../../adapters/redis/index.ts");
  const check = await checkRedis(redis, { clock: createSystemClock() }, signal);
  if (check === undefined) return;
  const name = "redis";
  if (check.kind === "failed") {
    const detail = `${check.target}: ${check.reason}`;
    yield { name, status: "failed", detail, mend: check.mend };
    return;
  }
  const { version, latencyMs, remarks, target } = check;
  const told = `${version === undefined ? "" : `Redis ${version}, `}${latencyMs.toFixed(2)} ms`;
  yield { name, status: "ok", detail: `${target}: ${told}` };
  for (const remark of remarks) yield { name, status: "warning", detail: remark };
}

/** What the running daemon says of its servers and its search. */
async function* askDaemon(daemon: DaemonAddress, signal: AbortSignal): AsyncIterable<Check> {
  await using rest = createHttpTransport(daemon.url, daemon.token);
  const read = async (path: string): Promise<unknown> =>
    JSON.parse(Buffer.from((await rest.send({ method: "GET", path, signal })).body).toString());
  const { servers } = (await read("/v1/servers")) as { servers: readonly ServerStatus[] };
  for (const status of servers) yield serverCheck(status);
  const { composites } = (await read("/v1/composites")) as { composites: CheckedComposite[] };
  yield* compositeChecks(composites);
  const { remarks } = (await read("/v1/cache")) as { remarks?: readonly RuleRemark[] };
  yield* cacheChecks(remarks ?? []);
  const { discovery } = (await read("/v1/status")) as { discovery: DiscoveryStatus };
  yield* discoveryChecks(discovery);
}

/** Connects to every server as the daemon would, and searches once. */
async function* checkServers(sources: ConfigSources, deps: DoctorDeps): AsyncIterable<Check> {
  await using own = await openInProcess(sources, deps);
  await own.settled(() => undefined);
  const { caches, composites, discovery, upstreams } = own.gateway;
  for (const status of upstreams.statuses()) yield serverCheck(status);
  yield* compositeChecks(composites.list());
  yield* cacheChecks(caches.remarks());
  yield* discoveryChecks(discovery.status());
}

type CheckedComposite = Pick<CompositeView, "name" | "problem">;

function* compositeChecks(composites: readonly CheckedComposite[]): Iterable<Check> {
  for (const { name, problem } of composites) {
    if (problem === undefined) continue;
    const mend = "Correct its plan, or connect the servers that it needs.";
    yield { name: `composite ${name}`, status: "warning", detail: problem, mend };
  }
}

function* cacheChecks(remarks: readonly RuleRemark[]): Iterable<Check> {
  for (const { server, message } of remarks) {
    const mend = `Correct it in the entry of server ${server}; switchboard cache explain TOOL shows what holds.`;
    yield { name: "cache rules", status: "warning", detail: message, mend };
  }
}

function* discoveryChecks(status: DiscoveryStatus): Iterable<Check> {
  const { model, index, indexedTools, notes } = status;
  const detail = `${indexedTools} tools, model ${model}, ${index ?? "words only"}`;
  yield { name: "discovery", status: "ok", detail };
  for (const note of notes) yield { name: "discovery", status: "warning", detail: note };
}

function serverCheck({ id, state, reason, tools, target }: ServerStatus): Check {
  const name = `server ${id}`;
  if (state === "ready") return { name, status: "ok", detail: `${tools} tools, ${target}` };
  if (state === "disabled") return { name, status: "ok", detail: "disabled in the config" };
  const detail = `${state}: ${reason ?? "no reason given"} (${target})`;
  if (state === "needs-auth") {
    return { name, status: "failed", detail, mend: "Give it valid credentials in headers or env." };
  }
  const mend = "Run its command, or open its URL, by hand; its stderr is in the daemon's log.";
  return { name, status: state === "degraded" ? "warning" : "failed", detail, mend };
}
