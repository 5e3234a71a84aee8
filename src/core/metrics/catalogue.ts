/** One metric as it is declared: its name without the `switchboard_` prefix. */
export interface MetricDeclaration {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds for histograms, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const CALL_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;
const SEARCH_SECONDS = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5,
] as const;
const PLAN_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const;
const PATH_RATIOS = [1.01, 1.02, 1.05, 1.1, 1.15, 1.25, 1.5, 2, 3, 5, 10] as const;
const SCORES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;

/** Every metric of the gateway. The names are public contract; each stands in a dashboard. */
export const METRICS = {
  toolCalls: {
    name: "tool_calls_total",
    kind: "counter",
    help: "Tool calls by how they ended.",
    labels: ["server", "tool", "outcome"],
  },
  toolCallDuration: {
    name: "tool_call_duration_seconds",
    kind: "histogram",
    help: "Tool call latency as the caller sees it, by what answered.",
    labels: ["server", "source"],
    buckets: CALL_SECONDS,
  },
  toolCallsInFlight: {
    name: "tool_calls_in_flight",
    kind: "gauge",
    help: "Tool calls under way.",
    labels: ["server"],
  },
  upstreamAttempts: {
    name: "upstream_attempts_total",
    kind: "counter",
    help: "Attempts at upstream servers by how they ended.",
    labels: ["server", "outcome"],
  },
  upstreamState: {
    name: "upstream_state",
    kind: "gauge",
    help: "1 for the state a server is in, 0 for the others.",
    labels: ["server", "state"],
  },
  upstreamReconnects: {
    name: "upstream_reconnects_total",
    kind: "counter",
    help: "Connections opened anew after one was lost.",
    labels: ["server"],
  },
  circuitState: {
    name: "circuit_state",
    kind: "gauge",
    help: "1 for the state a server's circuit is in, 0 for the others.",
    labels: ["server", "state"],
  },
  circuitTransitions: {
    name: "circuit_transitions_total",
    kind: "counter",
    help: "Changes of circuit state, by the state entered.",
    labels: ["server", "to"],
  },
  retries: {
    name: "retries_total",
    kind: "counter",
    help: "Attempts made again after a failed one.",
    labels: ["server"],
  },
  shed: {
    name: "shed_total",
    kind: "counter",
    help: "Calls refused to protect a server or the gateway.",
    labels: ["reason"],
  },
  cacheRequests: {
    name: "cache_requests_total",
    kind: "counter",
    help: "Look-ups in the caches of tool results, by tier and how they ended.",
    labels: ["tier", "result"],
  },
  cacheBytes: {
    name: "cache_bytes",
    kind: "gauge",
    help: "Memory that the caches of tool results take.",
    labels: ["tier"],
  },
  cacheEntries: {
    name: "cache_entries",
    kind: "gauge",
    help: "Tool results in memory.",
    labels: ["tier"],
  },
  cacheSavedSeconds: {
    name: "cache_saved_seconds_total",
    kind: "counter",
    help: "Time that servers would have taken for what the caches answered.",
    labels: [],
  },
  sharedCacheUp: {
    name: "shared_cache_up",
    kind: "gauge",
    help: "1 while the Redis that replicas share can be used, 0 while calls go on without it.",
    labels: [],
  },
  sharedCacheFull: {
    name: "shared_cache_full",
    kind: "gauge",
    help: "1 while the Redis that replicas share answers but takes no entries, such as for want of memory.",
    labels: [],
  },
  coalescedCalls: {
    name: "coalesced_calls_total",
    kind: "counter",
    help: "Read-only calls answered by an identical call under way.",
    labels: [],
  },
  discoveryDuration: {
    name: "discovery_duration_seconds",
    kind: "histogram",
    help: "Search latency by phase.",
    labels: ["phase"],
    buckets: SEARCH_SECONDS,
  },
  discoveryRequests: {
    name: "discovery_requests_total",
    kind: "counter",
    help: "Searches by mode and outcome.",
    labels: ["mode", "outcome"],
  },
  discoveryTopScore: {
    name: "discovery_top_score",
    kind: "histogram",
    help: "Score of the best hit of each search.",
    labels: [],
    buckets: SCORES,
  },
  discoveryTokensSaved: {
    name: "discovery_tokens_saved_total",
    kind: "counter",
    help: "Tokens of tool definitions that agents did not have to read.",
    labels: [],
  },
  indexTools: {
    name: "index_tools",
    kind: "gauge",
    help: "Tools that can be found.",
    labels: [],
  },
  indexRebuildDuration: {
    name: "index_rebuild_duration_seconds",
    kind: "histogram",
    help: "Time to bring the index up to date with a change of the catalogue.",
    labels: [],
    buckets: CALL_SECONDS,
  },
  planDuration: {
    name: "plan_duration_seconds",
    kind: "histogram",
    help: "How long plans took, by how they ended.",
    labels: ["status"],
    buckets: PLAN_SECONDS,
  },
  planCriticalPathRatio: {
    name: "plan_critical_path_ratio",
    kind: "histogram",
    help: "How long plans took over their longest chain of dependent steps; 1 is as fast as can be.",
    labels: [],
    buckets: PATH_RATIOS,
  },
  planSteps: {
    name: "plan_steps_total",
    kind: "counter",
    help: "Steps of plans that have ended, by what became of them.",
    labels: ["status"],
  },
  plansRunning: {
    name: "plans_running",
    kind: "gauge",
    help: "Plans under way.",
    labels: [],
  },
  catalogTools: {
    name: "catalog_tools",
    kind: "gauge",
    help: "Tools in the catalogue.",
    labels: ["server"],
  },
  httpRequestDuration: {
    name: "http_request_duration_seconds",
    kind: "histogram",
    help: "HTTP request latency by route and status.",
    labels: ["route", "status"],
    buckets: CALL_SECONDS,
  },
  eventLoopDelay: {
    name: "event_loop_delay_seconds",
    kind: "gauge",
    help: "99th percentile of event-loop delay over the last scrape interval.",
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDeclaration>>;
