import type { METRICS } from "./catalogue.ts";

type Declarations = typeof METRICS;
type LabelsOf<Key extends keyof Declarations> = Readonly<
  Record<Declarations[Key]["labels"][number], string>
>;

/** A metric with its labels fixed, cheap enough for the hot path. */
export interface BoundMetric {
  /** Adds to a counter or gauge (default 1). */
  add(amount?: number): void;
  /** Sets a gauge. */
  set(value: number): void;
  /** Observes into a histogram. */
  observe(value: number): void;
}

/**
 * The metrics port. Binding labels looks a series up once; keep what it returns. Label sets are
 * bounded: beyond the bound, values become `_other`.
 */
export interface Metrics {
  bind<Key extends keyof Declarations>(metric: Key, labels: LabelsOf<Key>): BoundMetric;
  /** Forgets the series of a server that is gone. */
  forgetServer(server: string): void;
  /** Runs before each scrape, for gauges that are read rather than pushed. */
  onCollect(run: () => void): void;
}

const nothing: BoundMetric = {
  add: () => undefined,
  set: () => undefined,
  observe: () => undefined,
};

/** Measures nothing: for one-shot commands and tests. */
export function createSilentMetrics(): Metrics {
  return { bind: () => nothing, forgetServer: () => undefined, onCollect: () => undefined };
}
