import { childAbort, type OwnedAbort } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";

/** A signal that aborts with its parent, when told, or with `reason` after `limitMs`. */
export function limitedAbort(
  parent: AbortSignal,
  limit: { readonly clock: Clock; readonly limitMs: number; readonly reason: () => Error },
): OwnedAbort {
  const child = childAbort(parent);
  const timer = limit.clock.after(limit.limitMs, () => child.abort(limit.reason()));
  return {
    signal: child.signal,
    abort: child.abort,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      child[Symbol.dispose]();
    },
  };
}
