/** How results that are too large to hand to a model are kept. */
export interface ResultsOptions {
  /** Largest result answered whole, on REST and the discovery surface. Bytes, 1,024–16,777,216, default 262,144. */
  readonly maxInlineBytes: number;
  /** How much of a larger result its preview shows. Bytes, 256 up to the largest result answered whole, default 8,192. */
  readonly previewBytes: number;
  /** Room for all stored results; the oldest make way. Bytes, 1,048,576–8,589,934,592, default 67,108,864. */
  readonly maxStoredBytes: number;
  /** Most results stored at once; the oldest make way. Results, 1–100,000, default 1,000. */
  readonly maxStoredResults: number;
  /** How long a result can be read after its call. Milliseconds, 1,000–86,400,000, default 900,000. */
  readonly ttlMs: number;
  /** Largest result that a `path` expression is run over. Bytes, 1,024–67,108,864, default 8,388,608. */
  readonly maxPathInputBytes: number;
}

/** What holds where the configuration says nothing. */
export const RESULTS_DEFAULTS: ResultsOptions = {
  maxInlineBytes: 262_144,
  previewBytes: 8_192,
  maxStoredBytes: 67_108_864,
  maxStoredResults: 1_000,
  ttlMs: 900_000,
  maxPathInputBytes: 8_388_608,
};
