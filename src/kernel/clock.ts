import type { Cancellation } from "./abort.ts";

/** A timer that has been set; disposing it twice does no harm. */
export interface Timer extends Disposable {}

/** The time, injected everywhere so that tests can move it. */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch: for timestamps that people read. */
  now(): number;
  /** Milliseconds from an arbitrary origin, never going back: for durations and deadlines. */
  monotonic(): number;
  /** Runs `run` once after `delayMs`; the timer does not keep the process alive. */
  after(delayMs: number, run: () => void): Timer;
}

/** The real clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(delayMs, run) {
      const handle = setTimeout(run, delayMs);
      handle.unref();
      return { [Symbol.dispose]: () => clearTimeout(handle) };
    },
  };
}

/**
 * Resolves after `delayMs`.
 * @throws the signal's reason when it aborts first.
 */
export function sleep(clock: Clock, delayMs: number, signal: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer[Symbol.dispose]();
      reject(signal.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
