/** Which tools are cached where nothing is said of them in particular; see docs/caching.md. */
export type CacheDefaultMode = "declared" | "readonly" | "off";

/** Whose answers may serve whom: those of one principal, of a tenant, or everybody's. */
export type CacheSharing = "identity" | "tenant" | "public";

/** Answers to calls that mean nearly the same. */
export interface SemanticOptions {
  /** Whether near-equal calls may be answered. Default false. */
  readonly enabled: boolean;
  /** Least cosine of the text arguments; the model's calibrated threshold where that is higher. 0.5–1, default 0.95. */
  readonly threshold: number;
  /** Share of hits that are checked against the server in the background. 0–1, default 0.05. */
  readonly verifyRatio: number;
  /** Share of checked hits that may differ before the threshold is raised, and at last the tool's semantic cache switched off. 0–1, default 0.02. */
  readonly maxErrorRate: number;
}

/** What an operator says of the caching of a server's tools, or of some of them. All optional: what is not said comes from outside. */
export interface ToolCacheRules {
  /** How long an answer is fresh, in milliseconds; 0 caches nothing. 0–604,800,000. */
  readonly ttlMs?: number;
  /** How long after that it may still be given while it is fetched anew, in milliseconds. 0–604,800,000, default 0. */
  readonly staleWhileRevalidateMs?: number;
  /** How long after that it is kept for when the server fails, in milliseconds. 0–604,800,000, default 86,400,000. No effect in this version: nothing gives such answers yet. */
  readonly staleIfErrorMs?: number;
  /** Whose answers may serve whom: each principal's its own, those of its tenant, or everybody's. Default `identity`. */
  readonly scope?: CacheSharing;
  /** Names that calls of other tools may invalidate it by. */
  readonly tags?: readonly string[];
  /** Tags that a call of this tool invalidates instead of all of its server's entries; for tools that may write. */
  readonly invalidates?: readonly string[];
  /** Top-level arguments that have no part in the answer, such as a request id. */
  readonly ignoreArguments?: readonly string[];
  /** Names of `_meta` members that have a part in it. Default none of them: calls with other `_meta` than the gateway knows are not cached. */
  readonly vary?: readonly string[];
  readonly semantic?: Partial<SemanticOptions>;
}

/** The rules for a server; those under `tools` (globs over upstream names) go before its own, the first match counts. */
export interface ServerCacheRules extends ToolCacheRules {
  /** The same for some of the tools, by globs over the server's own names for them. */
  readonly tools?: Readonly<Record<string, ToolCacheRules>>;
}

/** Bounds and defaults of the caches. */
export interface CacheOptions {
  /** `declared`: tools with a `ttlMs` from config or from their server; `readonly`: every read-only tool, too; `off`. Default `declared`. */
  readonly mode: CacheDefaultMode;
  /** How long answers of read-only tools are fresh in mode `readonly`, in milliseconds. 1–604,800,000, default 60,000. */
  readonly ttlMs: number;
  /** Size of all entries in memory, in bytes. 0–68,719,476,736, default 134,217,728; 0 keeps none. */
  readonly maxBytes: number;
  /** Entries in memory. 1–10,000,000, default 100,000. */
  readonly maxEntries: number;
  /** Largest entry, in bytes; larger answers are not kept. 1,024–268,435,456, default 1,048,576. */
  readonly maxEntryBytes: number;
  /** Share of the memory that one tenant may hold where there are several. 0.01–1, default 0.5. */
  readonly maxTenantShare: number;
  /** Share of its time to live by which each entry's end is drawn earlier, so that entries made together do not end together. 0–0.5, default 0.1. */
  readonly jitterRatio: number;
  /** How eagerly entries in demand are fetched anew before they end (XFetch's beta); 0 never. 0–10, default 1. */
  readonly earlyRefresh: number;
  /** How long "there is no such tool" of a server is remembered, in milliseconds; 0 does not. 0–3,600,000, default 5,000. */
  readonly negativeTtlMs: number;
  /** How long a call waits for another replica that makes the same call, in milliseconds. 0–600,000, default 10,000. */
  readonly leaseWaitMs: number;
  /** Newest entries fetched from Redis into memory at start; 0 fetches none. 0–10,000, default 0. */
  readonly warmEntries: number;
  /** Calls per server whose semantic neighbours are kept. 10–1,000,000, default 10,000. */
  readonly maxSemanticEntries: number;
  readonly semantic: SemanticOptions;
}

/** What holds where the configuration says nothing. */
export const CACHE_DEFAULTS: CacheOptions = {
  mode: "declared",
  ttlMs: 60_000,
  maxBytes: 134_217_728,
  maxEntries: 100_000,
  maxEntryBytes: 1_048_576,
  maxTenantShare: 0.5,
  jitterRatio: 0.1,
  earlyRefresh: 1,
  negativeTtlMs: 5_000,
  leaseWaitMs: 10_000,
  warmEntries: 0,
  maxSemanticEntries: 10_000,
  semantic: { enabled: false, threshold: 0.95, verifyRatio: 0.05, maxErrorRate: 0.02 },
};
