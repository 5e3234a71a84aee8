import type { BoundMetric, Metrics } from "../metrics/index.ts";
import type { SearchMode } from "./discovery.ts";

/** How a search ended. */
export type SearchOutcome = "found" | "abstained" | "failed";

/** The metrics of discovery, bound once. */
export interface DiscoveryMetrics {
  readonly durations: Readonly<
    Record<"embed" | "dense" | "lexical" | "fuse" | "total", BoundMetric>
  >;
  readonly topScore: BoundMetric;
  readonly indexedTools: BoundMetric;
  readonly rebuildDuration: BoundMetric;
  requests(mode: SearchMode, outcome: SearchOutcome): BoundMetric;
}

/** Binds the metrics of discovery. */
export function bindDiscoveryMetrics(metrics: Metrics): DiscoveryMetrics {
  const phase = (name: string): BoundMetric => metrics.bind("discoveryDuration", { phase: name });
  const requests = new Map<string, BoundMetric>();
  return {
    durations: {
      embed: phase("embed"),
      dense: phase("dense"),
      lexical: phase("lexical"),
      fuse: phase("fuse"),
      total: phase("total"),
    },
    topScore: metrics.bind("discoveryTopScore", {}),
    indexedTools: metrics.bind("indexTools", {}),
    rebuildDuration: metrics.bind("indexRebuildDuration", {}),
    requests(mode, outcome) {
      const key = `${mode}/${outcome}`;
      const bound = requests.get(key) ?? metrics.bind("discoveryRequests", { mode, outcome });
      requests.set(key, bound);
      return bound;
    },
  };
}
