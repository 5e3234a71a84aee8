import { childAbort } from "../../kernel/abort.ts";
import { sleep, type Clock } from "../../kernel/clock.ts";

/** Who waits for which lease in this process. */
export interface LeaseWaiters {
  /** Sleeps at most so long. @returns whether the lease was said to be free in the meantime. */
  nap(key: string, longestMs: number, signal: AbortSignal): Promise<boolean>;
  wake(key: string): void;
  wakeAll(): void;
}

/** Makes an empty waiting room; nothing is kept of those who have left. */
export function createLeaseWaiters(clock: Clock): LeaseWaiters {
  const waiting = new Map<string, Set<() => void>>();
  const wake = (key: string): void => {
    for (const tell of waiting.get(key) ?? []) tell();
  };
  return {
    async nap(key, longestMs, signal) {
      using waker = childAbort(signal);
      let isTold = false;
      const tell = (): void => {
        isTold = true;
        waker.abort(undefined);
      };
      const others = waiting.get(key) ?? new Set();
      waiting.set(key, others.add(tell));
      await sleep(clock, longestMs, waker.signal).catch(() => undefined);
      others.delete(tell);
      if (others.size === 0) waiting.delete(key);
      return isTold;
    },
    wake,
    wakeAll() {
      for (const key of waiting.keys()) wake(key);
    },
  };
}
