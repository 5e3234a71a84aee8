export { METRICS, type MetricDeclaration } from "./catalogue.ts";
export { createSilentMetrics, type BoundMetric, type Metrics } from "./metrics.ts";
