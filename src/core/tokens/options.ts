/** How the cost of tool definitions is counted. */
export interface TokenCountsOptions {
  /** Counts the tokens of tool definitions in the background, so that searches can tell what they saved. Default true. */
  readonly countInBackground: boolean;
  /** From the first change of the catalogue to the count that includes it. Milliseconds, 0–600,000, default 3,000. */
  readonly delayMs: number;
  /** Counts kept, by fingerprint; the least recently used make way. Counts, 1,000–1,000,000, default 50,000. */
  readonly maxCounts: number;
}

/** What holds where the configuration says nothing. */
export const TOKEN_COUNTS_DEFAULTS: TokenCountsOptions = {
  countInBackground: true,
  delayMs: 3_000,
  maxCounts: 50_000,
};
