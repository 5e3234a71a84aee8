import { connect } from "node:net";
import type { Clock } from "../../../kernel/clock.ts";
import type { ProcessLauncher } from "../../../core/upstream/index.ts";
import { readLogLines } from "./log-lines.ts";
import type { StdioOptions } from "./options.ts";
import type { ProcessGroups } from "./process-groups.ts";

/** A port that does not answer at all within this time has nobody listening. */
const CONNECT_TIMEOUT_MS = 1_000;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { "https:": 443, "wss:": 443 };

/** Makes the launcher of servers that are reached at a URL. */
export function createProcessLauncher(
  options: Pick<StdioOptions, "stderrLinesPerSecond">,
  deps: { readonly groups: ProcessGroups; readonly clock: Clock },
): ProcessLauncher {
  return {
    async launch(launch, onOutput) {
      const group = await deps.groups.start(launch);
      const rate = { linesPerSecond: options.stderrLinesPerSecond, clock: deps.clock };
      readLogLines(group.stdout, rate, onOutput);
      readLogLines(group.stderr, rate, onOutput);
      const { pid, ended } = group;
      return { pid, ended, [Symbol.asyncDispose]: () => group[Symbol.asyncDispose]() };
    },
    isListening(url, signal) {
      const { hostname, port, protocol } = new URL(url);
      const host = hostname.replace(/^\[|\]$/g, "");
      return canConnect({ host, port: Number(port) || (DEFAULT_PORTS[protocol] ?? 80) }, signal);
    },
  };
}

function canConnect(
  address: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({ ...address, timeout: CONNECT_TIMEOUT_MS });
    const settle = (isListening: boolean): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(isListening);
    };
    const onAbort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("connect", () => settle(true));
    socket.once("timeout", () => settle(false));
    socket.on("error", () => settle(false));
  });
}
