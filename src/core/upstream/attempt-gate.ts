import type { Clock } from "../../kernel/clock.ts";
import { LinkError } from "./link.ts";
import { createStartLimiter } from "./start-limiter.ts";

/** Decides whether a call may start an attempt to connect, so that calls cannot cause a storm. */
export interface AttemptGate {
  noteStart(): void;
  noteFailure(error: unknown): void;
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

/** Makes a gate; the limit of starts only holds where attempts start processes. */
export function createAttemptGate(
  options: { readonly maxStartsPerMinute: number; readonly startsProcesses: boolean },
  clock: Clock,
): AttemptGate {
  const limiter = createStartLimiter({ maxPerMinute: options.maxStartsPerMinute }, clock);
  let last: { readonly error: unknown; readonly at: number } | undefined;
  const waitMs = (): number => (options.startsProcesses ? limiter.waitMs() : 0);
  return {
    noteStart: () => limiter.note(),
    noteFailure: (error) => void (last = { error, at: clock.monotonic() }),
    noteSuccess: () => void (last = undefined),
    waitMs,
    refusal() {
      if (last === undefined) return waitMs() > 0 ? tooManyStarts(waitMs()) : undefined;
      const coolOffMs = isAuthFailure(last.error) ? AUTH_COOL_OFF_MS : COOL_OFF_MS;
      const isTooEarly = clock.monotonic() - last.at < coolOffMs || waitMs() > 0;
      return isTooEarly ? last.error : undefined;
    },
  };
}

export function isAuthFailure(error: unknown): boolean {
  return error instanceof LinkError && error.kind === "unauthorised";
}

function tooManyStarts(retryAfterMs: number): LinkError {
  const message = "it was started too often within a minute (maxStartsPerMinute)";
  return new LinkError("connect", message, { reached: false, retryAfterMs });
}
