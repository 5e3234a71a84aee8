/** How connections to upstream servers are supervised; the same for all servers. */
export interface UpstreamOptions {
  /** Upper bound of the first reconnect delay, in ms; the delay is drawn from 0 to the bound. 10–60,000, default 500. */
  readonly backoffInitialMs: number;
  /** Largest bound that doubling reaches, in ms. 1,000–3,600,000, default 60,000. */
  readonly backoffMaxMs: number;
  /** How long a connection must have stood for the delays to start small again, in ms. 0–3,600,000, default 10,000. */
  readonly stableAfterMs: number;
  /** How often a server whose processes fail or die is started again within a minute; beyond, its calls fail at once. 1–1,000, default 20. */
  readonly maxRestartsPerMinute: number;
  /** How long `server/discover` may stay unanswered before `initialize` is sent as well, in ms. 100–60,000, default 3,000. */
  readonly eraProbeTimeoutMs: number;
  /** How long a server found to be legacy is not asked again whether it is modern, in ms. 0–86,400,000, default 600,000. */
  readonly legacyVerdictTtlMs: number;
  /** Quiet time after a `list_changed` before the list is read, in ms. 0–60,000, default 250. */
  readonly listDebounceMs: number;
  /** Longest wait while `list_changed` keeps coming, in ms. 0–600,000, default 2,000. */
  readonly listMaxWaitMs: number;
  /** Pages of one tool list; more are an error. 1–10,000, default 200. */
  readonly listMaxPages: number;
  /** Tools of one server; more are an error. 1–200,000, default 20,000. */
  readonly listMaxTools: number;
  /** Connections to one server (isolation makes more than one). 1–10,000, default 64. */
  readonly maxConnectionsPerServer: number;
  /** Connections to all servers. 1–100,000, default 2,048. */
  readonly maxConnections: number;
  /** Processes started for all servers. 1–10,000, default 256. */
  readonly maxChildren: number;
  /** Idle time after which a connection of one session or principal is closed, in ms. 1,000–86,400,000, default 300,000. */
  readonly scopedIdleMs: number;
  /** How long calls under way may finish when a connection is replaced, in ms. 0–600,000, default 2,000. */
  readonly drainTimeoutMs: number;
  /** Lines of stderr kept for each server. 0–10,000, default 50. */
  readonly stderrTailLines: number;
}

export const UPSTREAM_DEFAULTS: UpstreamOptions = {
  backoffInitialMs: 500,
  backoffMaxMs: 60_000,
  stableAfterMs: 10_000,
  maxRestartsPerMinute: 20,
  eraProbeTimeoutMs: 3_000,
  legacyVerdictTtlMs: 600_000,
  listDebounceMs: 250,
  listMaxWaitMs: 2_000,
  listMaxPages: 200,
  listMaxTools: 20_000,
  maxConnectionsPerServer: 64,
  maxConnections: 2_048,
  maxChildren: 256,
  scopedIdleMs: 300_000,
  drainTimeoutMs: 2_000,
  stderrTailLines: 50,
};
