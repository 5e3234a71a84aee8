import type { Cancellation } from "./abort.ts";

/** A bounded number of permits with a bounded, first-come queue. */
export interface Semaphore {
  readonly available: number;
  readonly waiting: number;
  /** Takes a permit if one is free, without waiting. */
  tryAcquire(): boolean;
  /**
   * Waits for a permit; `false` at once when the queue is full.
   * @throws the signal's reason when it aborts first.
   */
  acquire(signal: Cancellation): Promise<boolean>;
  /** Gives a permit back, to the first in the queue. */
  release(): void;
}

/** Makes a semaphore of `permits` (≥ 1) whose queue holds at most `maxWaiting` (≥ 0). */
export function createSemaphore(options: { permits: number; maxWaiting: number }): Semaphore {
  let available = options.permits;
  const queue = new Set<() => void>();

  function enqueue(signal: Cancellation): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const grant = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve(true);
      };
      const onAbort = (): void => {
        queue.delete(grant);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      queue.add(grant);
    });
  }

  function tryAcquire(): boolean {
    if (available === 0) return false;
    available -= 1;
    return true;
  }

  return {
    get available() {
      return available;
    },
    get waiting() {
      return queue.size;
    },
    tryAcquire,
    async acquire(signal) {
      if (signal.aborted) throw signal.reason;
      if (tryAcquire()) return true;
      if (queue.size >= options.maxWaiting) return false;
      return enqueue(signal);
    },
    release() {
      const [first] = queue;
      if (first === undefined) {
        available = Math.min(options.permits, available + 1);
        return;
      }
      queue.delete(first);
      first();
    },
  };
}
