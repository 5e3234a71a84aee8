/** What `/metrics` tells. */
export interface PrometheusOptions {
  /**
   * Most label sets of one metric; beyond it the tool, then every label, becomes `_other`. It bounds
   * the memory of the daemon and of Prometheus. Label sets, 100–100,000, default 2,000.
   */
  readonly maxSeriesPerMetric: number;
  /** Adds the usual `process_*` and `nodejs_*` metrics. Default true. */
  readonly processMetrics: boolean;
}

/** What holds where the configuration says nothing. */
export const PROMETHEUS_DEFAULTS: PrometheusOptions = {
  maxSeriesPerMetric: 2_000,
  processMetrics: true,
};
