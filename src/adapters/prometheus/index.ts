export type { PrometheusOptions } from "./options.ts";
export { createPrometheusMetrics, type PrometheusMetrics } from "./prometheus-metrics.ts";
