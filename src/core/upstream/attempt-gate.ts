import type { Clock } from "../../kernel/clock.ts";
import { LinkError } from "./link.ts";
import { createRestartLimiter } from "./restart-limiter.ts";

/** Decides whether a call may start an attempt to connect, so that calls cannot cause a storm. */
export interface AttemptGate {
  noteFailure(error: unknown): void;
  /** Notes that a connection was lost. */
  noteLoss(reason: unknown): void;
  noteSuccess(): void;
  /** The last failure, while it is too early for another attempt. */
  refusal(): unknown;
  /** Milliseconds until a process may be started again; 0 when one may be started now. */
  waitMs(): number;
}

/** Attempts that calls ask for keep this distance from the last one that failed. */
const COOL_OFF_MS = 100;
/** Refused credentials are not shown again sooner than this. */
const AUTH_COOL_OFF_MS = 5_000;

/** Makes a gate; the limit of restarts only holds where attempts start processes. */
export function createAttemptGate(
  options: { readonly maxRestartsPerMinute: number; readonly startsProcesses: boolean },
  clock: Clock,
): AttemptGate {
  const limiter = createRestartLimiter({ maxPerMinute: options.maxRestartsPerMinute }, clock);
  let last: { readonly error: unknown; readonly at: number } | undefined;
  const waitMs = (): number => (options.startsProcesses ? limiter.waitMs() : 0);
  return {
    noteFailure(error) {
      limiter.note();
      last = { error, at: clock.monotonic() };
    },
    noteLoss(reason) {
      limiter.note();
      if (isAuthFailure(reason)) last = { error: reason, at: clock.monotonic() };
    },
    noteSuccess: () => void (last = undefined),
    waitMs,
    refusal() {
      if (last === undefined) return waitMs() > 0 ? tooManyRestarts(waitMs()) : undefined;
      const coolOffMs = isAuthFailure(last.error) ? AUTH_COOL_OFF_MS : COOL_OFF_MS;
      const isTooEarly = clock.monotonic() - last.at < coolOffMs || waitMs() > 0;
      return isTooEarly ? last.error : undefined;
    },
  };
}

export function isAuthFailure(error: unknown): boolean {
  return error instanceof LinkError && error.kind === "unauthorised";
}

function tooManyRestarts(retryAfterMs: number): LinkError {
  const message = "it has failed too often within a minute to be started again now";
  return new LinkError("connect", message, { reached: false, retryAfterMs });
}
