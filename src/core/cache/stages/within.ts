import type { Clock } from "../../../kernel/clock.ts";

/** Waits for a promise no longer than `limitMs`; `undefined` when that was not enough. */
export function within<Value>(
  work: Promise<Value>,
  limitMs: number,
  clock: Clock,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(limitMs, () => resolve(undefined));
    work.then(resolve, reject).finally(() => timer[Symbol.dispose]());
  });
}
