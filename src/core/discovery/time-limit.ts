import { childAbort } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";

/** A signal that aborts with its parent or when its time is up, until it is disposed. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

/** Begins a time limit; `reason` makes what the signal aborts with. */
export function beginTimeLimit(
  clock: Clock,
  options: { signal: AbortSignal; timeoutMs: number; reason: () => Error },
): TimeLimit {
  const limited = childAbort(options.signal);
  const timer = clock.after(options.timeoutMs, () => limited.abort(options.reason()));
  return {
    signal: limited.signal,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      limited[Symbol.dispose]();
    },
  };
}
