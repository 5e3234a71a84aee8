/** How the tokenizer's process is kept. */
export interface GptTokenizerOptions {
  /** The process ends after so long without work. Milliseconds, 0–3,600,000, default 5,000. */
  readonly idleMs: number;
  /** A batch that takes longer is given up, and the process with it. Milliseconds, 1,000–600,000, default 60,000. */
  readonly timeoutMs: number;
}

/** What holds where the configuration says nothing. */
export const GPT_TOKENIZER_DEFAULTS: GptTokenizerOptions = { idleMs: 5_000, timeoutMs: 60_000 };
