import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { switchboardEntry } from "./switchboard-entry.ts";
import { makeTempDir, type TempDir } from "./temp-dir.ts";
import { waitFor } from "./wait-for.ts";

/** What a daemon is started with. */
export type DaemonSetup = {
  /** The config file's content: an object (a free port and the built-in embedder are filled in), or its text as it is. */
  config?: object | string;
  /** Above this process's own variables; `undefined` takes one away. */
  env?: Record<string, string | undefined>;
  /** Further arguments of `serve`. */
  args?: readonly string[];
  /** A folder to run in that outlives the daemon; by default one of its own. */
  folder?: string;
  /** How long it may take until it is ready (default 20,000 ms). */
  readyTimeoutMs?: number;
};

/** The daemon as a process of its own, with its own config file and data directory. */
export type Daemon = AsyncDisposable & {
  /** For example `http://127.0.0.1:40123`. */
  url: string;
  mcpUrl: string;
  /** The same as a WebSocket. */
  wsUrl: string;
  pid: number;
  configFile: string;
  dataDir: string;
  /** From the start of the process until it said that it is ready. */
  readyAfterMs: number;
  /** All it has written to stderr so far. */
  log(): string;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGTERM; gives the exit code. After 20 s it is killed. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Replaces the config file's content, as in the setup. */
  writeConfig(config: object | string): Promise<void>;
};

/** The daemon ended before it was ready. */
export class DaemonFailedError extends Error {
  override readonly name = "DaemonFailedError";
  readonly code: number | null;
  readonly output: string;

  constructor(code: number | null, output: string) {
    super(`The daemon ended with code ${code} before it was ready:\n${output}`);
    this.code = code;
    this.output = output;
  }
}

/**
 * Starts the daemon and waits until it is ready; without downloads, and without the variables that
 * would lead it to another config.
 *
 * @throws DaemonFailedError
 */
export async function startDaemon(setup: DaemonSetup = {}): Promise<Daemon> {
  const own = setup.folder === undefined ? await makeTempDir() : undefined;
  const folder = setup.folder ?? own!.path;
  const configFile = join(folder, "switchboard.yaml");
  const dataDir = join(folder, "data");
  if (setup.config !== undefined) await writeFile(configFile, contentOf(setup.config));
  const startedMs = performance.now();
  const child = spawnDaemon(setup, { configFile, dataDir });
  const output = collect(child);
  const exited = once(child, "exit").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const ready = await readyLine(child, output, setup.readyTimeoutMs ?? 20_000).catch(
    async (error: unknown) => {
      child.kill("SIGKILL");
      await own?.remove();
      throw error;
    },
  );
  const readyAfterMs = performance.now() - startedMs;
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    const { code } = await exited;
    clearTimeout(timer);
    return code;
  };
  return {
    ...ready,
    wsUrl: ready.mcpUrl.replace(/^http/, "ws"),
    pid: child.pid!,
    configFile,
    dataDir,
    readyAfterMs,
    log: () => output.stderr,
    exited,
    stop,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    writeConfig: (config) => writeFile(configFile, contentOf(config)),
    [Symbol.asyncDispose]: () => dispose(child, stop, own),
  };
}

type Output = { stdout: string; stderr: string };

function spawnDaemon(
  { env = {}, args = [] }: DaemonSetup,
  { configFile, dataDir }: { configFile: string; dataDir: string },
): ChildProcess {
  const words = ["serve", "--json", "--config", configFile, ...args];
  const entry = switchboardEntry(words, { SWITCHBOARD_DATA_DIR: dataDir, ...env });
  return spawn(entry.command, entry.args, { env: entry.env, stdio: ["ignore", "pipe", "pipe"] });
}

/** JSON is YAML too. */
function contentOf(config: object | string): string {
  if (typeof config === "string") return config;
  const { gateway, ...rest } = config as { gateway?: object };
  const filled = { gateway: { port: 0, ...gateway }, embedding: { provider: "builtin" }, ...rest };
  return `${JSON.stringify(filled, null, 2)}\n`;
}

function collect(child: ChildProcess): Output {
  const output: Output = { stdout: "", stderr: "" };
  child.stdout!.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  return output;
}

async function readyLine(
  child: ChildProcess,
  output: Output,
  timeoutMs: number,
): Promise<{ url: string; mcpUrl: string }> {
  const closed = once(child, "close");
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await waitFor(() => output.stdout.includes("\n") || hasEnded(), {
    what: "the daemon to be ready",
    timeoutMs,
    everyMs: 5,
  });
  if (output.stdout.includes("\n")) {
    return JSON.parse(output.stdout.slice(0, output.stdout.indexOf("\n"))) as {
      url: string;
      mcpUrl: string;
    };
  }
  await closed;
  throw new DaemonFailedError(child.exitCode, output.stderr);
}

async function dispose(
  child: ChildProcess,
  stop: () => Promise<unknown>,
  own: TempDir | undefined,
): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await stop();
  await own?.remove();
}
