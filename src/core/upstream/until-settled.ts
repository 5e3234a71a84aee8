import type { Cancellation } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { ServerId } from "../catalog/index.ts";
import type { ServerStatus, Upstreams } from "./upstreams.ts";

/** What is waited for and how long at most, in milliseconds. */
export interface SettleRequest {
  readonly servers: readonly ServerId[];
  readonly timeoutMs: number;
  readonly signal: Cancellation;
  /** Hears how many have settled, each time one does. */
  readonly onProgress?: (settled: number, total: number) => void;
}

/**
 * Resolves when each server is ready or its first attempt has failed, or the time is up: never
 * later than that, whatever the servers do.
 * @throws the signal's reason.
 */
export function untilSettled(
  upstreams: Pick<Upstreams, "status" | "on">,
  clock: Clock,
  request: SettleRequest,
): Promise<void> {
  const { servers, timeoutMs, signal, onProgress } = request;
  const pending = new Set(servers.filter((id) => isConnecting(upstreams.status(id))));
  const report = (): void => onProgress?.(servers.length - pending.size, servers.length);
  report();
  if (pending.size === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const finish = (end: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      listening[Symbol.dispose]();
      timer[Symbol.dispose]();
      end();
    };
    const onAbort = (): void => finish(() => reject(signal.reason));
    const timer = clock.after(timeoutMs, () => finish(resolve));
    const listening = upstreams.on("state", (status) => {
      if (isConnecting(status) || !pending.delete(status.id)) return;
      report();
      if (pending.size === 0) finish(resolve);
    });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

function isConnecting(status: ServerStatus | undefined): boolean {
  return status?.state === "connecting";
}
