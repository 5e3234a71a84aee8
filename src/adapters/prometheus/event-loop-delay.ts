import { monitorEventLoopDelay } from "node:perf_hooks";

/** How often the delay is sampled; the platform counts this interval into its values. */
export const EVENT_LOOP_SAMPLING_MS = 20;

/** Watches how late the event loop runs. */
export interface EventLoopDelay extends Disposable {
  /** 99th percentile since the last time it was taken, in seconds; 0 when nothing was sampled. */
  take(): number;
}

/** Starts watching; the timer does not keep the process alive. */
export function watchEventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: EVENT_LOOP_SAMPLING_MS });
  histogram.enable();
  return {
    take() {
      const milliseconds = histogram.percentile(99) / 1e6 - EVENT_LOOP_SAMPLING_MS;
      histogram.reset();
      return Math.max(0, milliseconds) / 1e3;
    },
    [Symbol.dispose]: () => void histogram.disable(),
  };
}
