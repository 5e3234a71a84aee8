/** How tools are found: the settings under `discovery` that do not concern the vector index. */
export interface DiscoveryOptions {
  /** Hits of an answer whose request names no limit. 1–100, default 5. */
  readonly defaultLimit: number;
  /** Candidates that each side (words, vectors) hands to the fusion. 10–1,000, default 100. */
  readonly candidates: number;
  /** What a complete match of words (BM25) counts in the fused score. 0–10, default 1. */
  readonly coverageWeight: number;
  /** What a cosine of words of 1 counts in the fused score. 0–10, default 0.7. */
  readonly cosineWeight: number;
  /**
   * What an embedding cosine of 1 counts in the fused score, unless the model brings a weight of its
   * own. 0–10, default 1.5.
   */
  readonly denseWeight: number;
  /**
   * An answer abstains when its best hits hold less than this share of the query's words (rare ones
   * counting most), have less than `abstainBelowCosine` in common with it, and are further away than
   * the embedding model's own threshold. Ratio, 0 (never) – 1, default 0.25.
   */
  readonly abstainBelowShare: number;
  /** See `abstainBelowShare`: cosine of the words of query and tool. 0 (never) – 1, default 0.15. */
  readonly abstainBelowCosine: number;
  /** Servers that a tool request naming a server is routed to. 1–50, default 5. */
  readonly routedServers: number;
  /** Longest wait for the embedding of a query; then words alone answer. Milliseconds, 10–60,000, default 2,000. */
  readonly queryEmbedTimeoutMs: number;
  /** How long words alone answer after the embedding of a query failed. Milliseconds, 0–600,000, default 5,000. */
  readonly embedderRestMs: number;
  /** Visibility masks kept, one for each principal and filter; a byte a tool each. 1–10,000, default 256. */
  readonly maxMasks: number;
  /** Answers kept for queries that are asked again, until the catalogue changes. 0–100,000, default 500; 0 keeps none. */
  readonly maxKeptAnswers: number;
}

/** What holds where the configuration says nothing. */
export const DISCOVERY_DEFAULTS: DiscoveryOptions = {
  defaultLimit: 5,
  candidates: 100,
  coverageWeight: 1,
  cosineWeight: 0.7,
  denseWeight: 1.5,
  abstainBelowShare: 0.25,
  abstainBelowCosine: 0.15,
  routedServers: 5,
  queryEmbedTimeoutMs: 2_000,
  embedderRestMs: 5_000,
  maxMasks: 256,
  maxKeptAnswers: 500,
};
