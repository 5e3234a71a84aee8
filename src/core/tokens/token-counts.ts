import type { ServerId } from "../catalog/index.ts";

/** What definitions cost a model's context, in tokens of a real tokenizer (o200k). */
export interface TokenReport {
  /** The whole catalogue as `tools/list` would give it. */
  readonly catalogue: number;
  /** The discovery surface: its few stable tools. */
  readonly surface: number;
  readonly servers: readonly {
    readonly id: ServerId;
    readonly tools: number;
    readonly tokens: number;
  }[];
  /** The tokenizer, for example `o200k_base`. */
  readonly tokenizer: string;
}

/** Counts tokens off the event loop and keeps counts by fingerprint. */
export interface TokenCounts {
  /** Tokens of the whole catalogue as far as counted; 0 until the first count ends. */
  readonly catalogueTokens: number;
  /** Tokens of one tool's definition by its fingerprint; `undefined` until counted. */
  ofFingerprint(fingerprint: string): number | undefined;
  /** Counts what is not counted yet and reports. */
  report(signal: AbortSignal): Promise<TokenReport>;
}
