/** The server id that composite tools stand under: `composites__<name>`. */
export const COMPOSITES_SERVER = "composites";

/** What a composite may be called: 1–48 of A–Z, a–z, 0–9, `_` and `-`, a letter first. */
export const COMPOSITE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,47}$/;

/** Two sets of tools of which the one may not be used after the other in a plan. */
export interface CompositionRule {
  /** Globs over tool ids, or `tag:NAME` for the tools of servers with that tag. */
  readonly after: readonly string[];
  /** What may not follow, in the same terms. */
  readonly forbid: readonly string[];
  /** Told to whoever breaks the rule: why it stands. */
  readonly reason: string;
}

/** Steps that are begun before it is known that they are needed; only ones that read. */
export interface SpeculationOptions {
  /** Whether the steps behind an undecided `when` may begin. Default false. */
  readonly enabled: boolean;
  /** Steps of one plan that may be begun so. 1–1,000, default 8. */
  readonly maxSteps: number;
}

/** Bounds of plans. */
export interface PlansOptions {
  /** Steps of one plan. 1–100,000, default 10,000. */
  readonly maxSteps: number;
  /**
   * Size of a plan's text with its input, in bytes; what comes over the network is bounded by
   * `gateway.maxBodyBytes`, too. 1,024–268,435,456, default 4,194,304.
   */
  readonly maxBytes: number;
  /** Items of one `forEach`. 1–1,000,000, default 10,000. */
  readonly maxItems: number;
  /** Steps and items of one plan under way at once, unless its own limit is smaller. 1–10,000, default 32. */
  readonly concurrency: number;
  /** Steps and items of all plans under way at once. 1–100,000, default 256. */
  readonly maxConcurrency: number;
  /** Steps and items of one plan under way at one server at once. 1–10,000, default 32. */
  readonly serverConcurrency: number;
  /** Time of one plan, unless its own limit is shorter, in milliseconds. 1–86,400,000, default 600,000. */
  readonly timeoutMs: number;
  /** Plans of one principal under way at once; more are refused. 1–100,000, default 64. */
  readonly maxRunning: number;
  /** How deep composite tools may stand inside each other. 1–16, default 4. */
  readonly maxDepth: number;
  /** How long an ended plan can be read, in milliseconds. 1,000–86,400,000, default 900,000. */
  readonly keepMs: number;
  /** Values of all ended plans that can be read, in bytes; the oldest go first. 1,048,576–8,589,934,592, default 67,108,864. */
  readonly keepBytes: number;
  /** Values of one running plan, in bytes; a plan that makes more fails. 1,048,576–8,589,934,592, default 268,435,456. */
  readonly maxValueBytes: number;
  /** What a step is taken to last until its tool has been seen, in milliseconds. 1–600,000, default 250. */
  readonly assumedLatencyMs: number;
  readonly speculation: SpeculationOptions;
  /** What may not follow what. Default none. */
  readonly rules: readonly CompositionRule[];
}

/** What holds where the configuration says nothing. */
export const PLANS_DEFAULTS: PlansOptions = {
  maxSteps: 10_000,
  maxBytes: 4_194_304,
  maxItems: 10_000,
  concurrency: 32,
  maxConcurrency: 256,
  serverConcurrency: 32,
  timeoutMs: 600_000,
  maxRunning: 64,
  maxDepth: 4,
  keepMs: 900_000,
  keepBytes: 67_108_864,
  maxValueBytes: 268_435_456,
  assumedLatencyMs: 250,
  speculation: { enabled: false, maxSteps: 8 },
  rules: [],
};
