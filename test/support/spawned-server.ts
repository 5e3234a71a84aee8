import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ServerEntry } from "./server-entry.ts";
import { waitFor } from "./wait-for.ts";

/** A server program that runs beside the test; `stop` ends it with SIGTERM, after 2 s with SIGKILL. */
export type SpawnedServer = AsyncDisposable & {
  pid: number;
  /** All it has written to stdout and stderr so far. */
  output(): string;
  stop(): Promise<void>;
  /** Does nothing once it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code (null after a signal) once it has ended. */
  exited: Promise<number | null>;
};

/**
 * Starts a server that listens on a port and waits (at most 10 s) until its output matches `ready`.
 *
 * @throws Error with the output when it ends or stays silent instead.
 */
export async function startSpawnedServer(
  entry: ServerEntry,
  ready: RegExp,
): Promise<SpawnedServer & { match: RegExpMatchArray }> {
  const child = spawn(entry.command, entry.args, {
    env: { ...process.env, ...entry.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 2000);
    await exited;
    clearTimeout(timer);
  };
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await waitFor(() => ready.test(output) || hasEnded(), {
    what: `${ready} from ${entry.args.join(" ")}`,
    timeoutMs: 10_000,
  }).catch(stop);
  const match = output.match(ready);
  if (match === null) {
    await stop();
    throw new Error(`${entry.args.join(" ")} did not become ready. Its output:\n${output}`);
  }
  return {
    pid: child.pid!,
    output: () => output,
    stop,
    signal: (name) => void child.kill(name),
    exited,
    match,
    [Symbol.asyncDispose]: stop,
  };
}
