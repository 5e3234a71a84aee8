import { sleep, type Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import { backoffDelayMs } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { RpcFailure } from "./rpc-failure.ts";

/** What is needed to hear of changes. */
export interface ToolChangesDeps {
  readonly connection: Connection;
  /** Called when changes may have been missed. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly random: Random;
}

const BACKOFF = { initialMs: 2_000, maxMs: 60_000 } as const;
const MIN_PAUSE_MS = 500;

/**
 * Keeps open what a server announces changes of its tool list over, until the signal aborts: in the
 * modern era a subscription, in the legacy one the transport's stream. Never rejects.
 */
export async function followToolChanges(deps: ToolChangesDeps, signal: AbortSignal): Promise<void> {
  try {
    const { connection } = deps;
    const { codec, identity } = connection.negotiated;
    if (codec.era === "legacy") await connection.listen(signal);
    else if (identity.toolsListChanged) await keepSubscribed(deps, signal);
  } catch {
    // The connection's owner has heard of what matters: a lost connection or session.
  }
}

async function keepSubscribed(deps: ToolChangesDeps, signal: AbortSignal): Promise<void> {
  for (let failures = 1; deps.connection.lost === undefined; failures++) {
    const startedAt = deps.clock.monotonic();
    if (failures > 1) deps.onChange();
    const isRefused = await subscribe(deps.connection, signal);
    if (isRefused || signal.aborted) return;
    if (deps.clock.monotonic() - startedAt > BACKOFF.maxMs) failures = 1;
    const pauseMs = MIN_PAUSE_MS + backoffDelayMs(BACKOFF, failures, deps.random);
    await sleep(deps.clock, pauseMs, signal);
  }
}

/** Resolves when the subscription has ended, with whether the server does not offer any. */
async function subscribe(connection: Connection, signal: AbortSignal): Promise<boolean> {
  const filter = { notifications: { toolsListChanged: true } };
  try {
    await connection.request("subscriptions/listen", filter, signal);
    return false;
  } catch (error) {
    if (!(error instanceof RpcFailure)) return false;
    const { code } = error.error;
    return code === RPC.methodNotFound || code === RPC.invalidParams;
  }
}
