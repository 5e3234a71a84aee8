import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { BoundMetric, MetricDeclaration } from "../../core/metrics/index.ts";

/** A metric of the library, by label values. */
export interface Instrument {
  bind(labels: Readonly<Record<string, string>>): BoundMetric;
  remove(labels: Readonly<Record<string, string>>): void;
}

const PREFIX = "switchboard_";

/**
 * Registers a declared metric. Values that are not finite, and negative additions to a counter, are
 * dropped: measuring must not break what is measured.
 */
export function createInstrument(declaration: MetricDeclaration, registry: Registry): Instrument {
  const settings = {
    name: `${PREFIX}${declaration.name}`,
    help: declaration.help,
    labelNames: declaration.labels,
    registers: [registry],
  };
  switch (declaration.kind) {
    case "counter":
      return counter(new Counter(settings), settings.name);
    case "gauge":
      return gauge(new Gauge(settings), settings.name);
    case "histogram":
      return histogram(
        new Histogram({ ...settings, buckets: [...(declaration.buckets ?? [])] }),
        settings.name,
      );
  }
}

function counter(metric: Counter, name: string): Instrument {
  return {
    bind(labels) {
      const child = metric.labels(labels);
      return {
        add(amount = 1) {
          if (Number.isFinite(amount) && amount >= 0) child.inc(amount);
        },
        set: () => refuse(name, "counter", "set"),
        observe: () => refuse(name, "counter", "observe"),
      };
    },
    remove: (labels) => metric.remove(labels),
  };
}

function gauge(metric: Gauge, name: string): Instrument {
  return {
    bind(labels) {
      const child = metric.labels(labels);
      return {
        add(amount = 1) {
          if (Number.isFinite(amount)) child.inc(amount);
        },
        set(value) {
          if (Number.isFinite(value)) child.set(value);
        },
        observe: () => refuse(name, "gauge", "observe"),
      };
    },
    remove: (labels) => metric.remove(labels),
  };
}

function histogram(metric: Histogram, name: string): Instrument {
  return {
    bind(labels) {
      const child = metric.labels(labels);
      return {
        add: () => refuse(name, "histogram", "add"),
        set: () => refuse(name, "histogram", "set"),
        observe(value) {
          if (Number.isFinite(value)) child.observe(value);
        },
      };
    },
    remove: (labels) => metric.remove(labels),
  };
}

function refuse(name: string, kind: string, operation: string): never {
  throw new TypeError(`${name} is a ${kind}; ${operation} does not apply to it`);
}
