import { collectDefaultMetrics, Registry } from "prom-client";
import type { Logger } from "../../kernel/log.ts";
import { METRICS, type MetricDeclaration, type Metrics } from "../../core/metrics/index.ts";
import { EVENT_LOOP_SAMPLING_MS, watchEventLoopDelay } from "./event-loop-delay.ts";
import { createInstrument } from "./instrument.ts";
import { PROMETHEUS_DEFAULTS, type PrometheusOptions } from "./options.ts";
import { createSeries, type Series } from "./series.ts";

/** The metrics port, and what `/metrics` answers. */
export interface PrometheusMetrics extends Metrics, Disposable {
  /** The whole registry in Prometheus' text format, after running what `onCollect` added. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/**
 * Makes the metrics on a registry of their own: every metric of the catalogue, named with
 * `switchboard_`, and the platform's own. What a collector throws is logged.
 */
export function createPrometheusMetrics(
  options: Partial<PrometheusOptions>,
  deps: { readonly log: Logger },
): PrometheusMetrics {
  const { maxSeriesPerMetric, processMetrics } = { ...PROMETHEUS_DEFAULTS, ...options };
  const registry = new Registry();
  if (processMetrics) {
    collectDefaultMetrics({
      register: registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLING_MS,
    });
  }
  const series = new Map<string, Series>(
    Object.entries<MetricDeclaration>(METRICS).map(([key, declaration]) => [
      key,
      createSeries(createInstrument(declaration, registry), declaration.labels, maxSeriesPerMetric),
    ]),
  );
  const collectors: (() => void)[] = [];
  const eventLoopDelay = watchEventLoopDelay();

  const metrics: PrometheusMetrics = {
    bind: (metric, labels) => series.get(metric)!.bind(labels),
    forgetServer(server) {
      for (const each of series.values()) each.forget("server", server);
    },
    onCollect: (run) => void collectors.push(run),
    async expose() {
      eventLoopGauge.set(eventLoopDelay.take());
      for (const collect of collectors) {
        try {
          collect();
        } catch (error) {
          deps.log.error({ err: error }, "A metric could not be collected.");
        }
      }
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    [Symbol.dispose]() {
      eventLoopDelay[Symbol.dispose]();
      registry.clear();
    },
  };
  const eventLoopGauge = metrics.bind("eventLoopDelay", {});
  return metrics;
}
