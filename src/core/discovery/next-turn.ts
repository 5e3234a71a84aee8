import type { Clock } from "../../kernel/clock.ts";

/** The event loop is held no longer than this at a time, give or take one piece of work. */
const SLICE_MS = 5;

/** Lets the event loop do what else is waiting, I/O included, before work goes on. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Cuts long work into slices. */
export interface Slices {
  /** Whether the present slice is used up, so that `next` is due. */
  isOver(): boolean;
  /** Gives the event loop its turn and begins another slice. */
  next(): Promise<void>;
}

/** Begins a slice of some milliseconds. */
export function createSlices(clock: Clock): Slices {
  let end = clock.monotonic() + SLICE_MS;
  return {
    isOver: () => clock.monotonic() >= end,
    async next() {
      await nextTurn();
      end = clock.monotonic() + SLICE_MS;
    },
  };
}
