import type { Clock } from "../../kernel/clock.ts";

/** Keeps a server that fails again and again from being started in a storm. */
export interface RestartLimiter {
  /** Milliseconds until a start is allowed; 0 when one is allowed now. */
  waitMs(): number;
  /** Notes a failure. */
  note(): void;
}

const MINUTE_MS = 60_000;

/** Allows `maxPerMinute` failures within any minute. */
export function createRestartLimiter(
  options: { readonly maxPerMinute: number },
  clock: Clock,
): RestartLimiter {
  const failures: number[] = [];
  const forgetOld = (): void => {
    const horizon = clock.monotonic() - MINUTE_MS;
    while (failures[0] !== undefined && failures[0] <= horizon) failures.shift();
  };
  return {
    waitMs() {
      forgetOld();
      const blocking = failures[failures.length - options.maxPerMinute];
      return blocking === undefined ? 0 : Math.ceil(blocking + MINUTE_MS - clock.monotonic());
    },
    note() {
      forgetOld();
      failures.push(clock.monotonic());
    },
  };
}
