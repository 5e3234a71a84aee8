import type { BoundMetric, Metrics } from "../../../src/core/metrics/index.ts";

/** Metrics whose values tests can read: `discoveryTokensSaved`, `httpRequestDuration{route,status}`. */
export interface RecordingMetrics extends Metrics {
  /** The sum of what was added, set or observed, or `undefined` when nothing was. */
  sum(metric: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** How often anything was added, set or observed. */
  count(metric: string, labels?: Readonly<Record<string, string>>): number;
}

export function createRecordingMetrics(): RecordingMetrics {
  const series = new Map<string, { sum: number; count: number }>();
  const bound = (key: string): BoundMetric => {
    const record = (amount: number): void => {
      const old = series.get(key) ?? { sum: 0, count: 0 };
      series.set(key, { sum: old.sum + amount, count: old.count + 1 });
    };
    return { add: (amount = 1) => record(amount), set: record, observe: record };
  };
  return {
    bind: (metric, labels) => bound(keyOf(metric, labels)),
    forgetServer: () => undefined,
    onCollect: () => undefined,
    sum: (metric, labels = {}) => series.get(keyOf(metric, labels))?.sum,
    count: (metric, labels = {}) => series.get(keyOf(metric, labels))?.count ?? 0,
  };
}

function keyOf(metric: string, labels: object): string {
  return `${metric}${JSON.stringify(labels)}`;
}
