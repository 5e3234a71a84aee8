import type { Clock } from "../../kernel/clock.ts";

/** Keeps a server that dies again and again from being started in a storm. */
export interface StartLimiter {
  /** Milliseconds until a start is allowed; 0 when one is allowed now. */
  waitMs(): number;
  /** Notes a start. */
  note(): void;
}

const MINUTE_MS = 60_000;

/** Allows `maxPerMinute` starts within any minute. */
export function createStartLimiter(
  options: { readonly maxPerMinute: number },
  clock: Clock,
): StartLimiter {
  const starts: number[] = [];
  const forgetOld = (): void => {
    const horizon = clock.monotonic() - MINUTE_MS;
    while (starts[0] !== undefined && starts[0] <= horizon) starts.shift();
  };
  return {
    waitMs() {
      forgetOld();
      const blocking = starts[starts.length - options.maxPerMinute];
      return blocking === undefined ? 0 : Math.ceil(blocking + MINUTE_MS - clock.monotonic());
    },
    note() {
      forgetOld();
      starts.push(clock.monotonic());
    },
  };
}
