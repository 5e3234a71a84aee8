import type { Clock } from "../../kernel/clock.ts";

/** Decides from answers and failures when a Redis is to be left alone. */
export interface Health {
  answered(): void;
  /** @returns whether that was one too many. */
  failed(): boolean;
}

/** Failures in a row that are too many. */
const MAX_FAILURES = 3;
/** How much of a failure an answer makes up for: more than one failure in eleven is too many in the long run. */
const ANSWER_WORTH = 0.1;

/**
 * Makes the judge of a new connection. Failures that come together count as one, so that a moment's
 * hitch does not look like many when many were asking: those closer than half the time limit do.
 */
export function createHealth(commandTimeoutMs: number, clock: Pick<Clock, "monotonic">): Health {
  let failures = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    answered() {
      if (failures > 0) failures = Math.max(0, failures - ANSWER_WORTH);
    },
    failed() {
      const now = clock.monotonic();
      if (now - lastAt < commandTimeoutMs / 2) return false;
      lastAt = now;
      failures += 1;
      return failures >= MAX_FAILURES;
    },
  };
}
