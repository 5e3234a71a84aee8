import type { Clock } from "./clock.ts";

/** A clock for tests: it stands still until `advance` moves it. */
export interface FakeClock extends Clock {
  /** Moves time on, running the timers that fall due, in order, and the microtasks between them. */
  advance(milliseconds: number): Promise<void>;
  /** Timers that have been set and not yet run or disposed. */
  readonly pending: number;
}

interface Entry {
  readonly at: number;
  readonly run: () => void;
}

/** Makes a fake clock that starts at `startMs` since the epoch, with the monotonic clock at 0. */
export function createFakeClock(startMs = 1_700_000_000_000): FakeClock {
  let elapsed = 0;
  const entries = new Set<Entry>();
  const nextDue = (limit: number): Entry | undefined =>
    [...entries].filter((entry) => entry.at <= limit).toSorted((a, b) => a.at - b.at)[0];

  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    after(delayMs, run) {
      const entry = { at: elapsed + Math.max(0, delayMs), run };
      entries.add(entry);
      return { [Symbol.dispose]: () => void entries.delete(entry) };
    },
    async advance(milliseconds) {
      const target = elapsed + milliseconds;
      await settle();
      for (let due = nextDue(target); due !== undefined; due = nextDue(target)) {
        entries.delete(due);
        elapsed = Math.max(elapsed, due.at);
        due.run();
        await settle();
      }
      elapsed = target;
      await settle();
    },
    get pending() {
      return entries.size;
    },
  };
}

/** Lets promise chains of ordinary length finish. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
