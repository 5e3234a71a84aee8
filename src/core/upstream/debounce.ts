import type { Clock, Timer } from "../../kernel/clock.ts";

/** Turns a burst of requests into one run. */
export interface Debounce extends Disposable {
  request(): void;
}

/** Runs `run` once requests have been quiet for `quietMs`, or `maxWaitMs` after the first of them. */
export function createDebounce(
  options: { readonly quietMs: number; readonly maxWaitMs: number },
  deps: { readonly clock: Clock; readonly run: () => void },
): Debounce {
  let pending: { readonly since: number; timer: Timer } | undefined;
  const fire = (): void => {
    pending = undefined;
    deps.run();
  };
  return {
    request() {
      const now = deps.clock.monotonic();
      const since = pending?.since ?? now;
      const delayMs = Math.min(options.quietMs, Math.max(0, since + options.maxWaitMs - now));
      pending?.timer[Symbol.dispose]();
      pending = { since, timer: deps.clock.after(delayMs, fire) };
    },
    [Symbol.dispose]() {
      pending?.timer[Symbol.dispose]();
      pending = undefined;
    },
  };
}
