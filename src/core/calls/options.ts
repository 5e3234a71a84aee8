import type { RetryOptions } from "../resilience/index.ts";

/** How much callers may ask for; 0 means no bound. */
export interface QuotaOptions {
  /** Calls per minute of one principal, all of which may come at once; 0 sets no bound. 0–100,000,000, default 0. */
  readonly callsPerMinute: number;
  /** Calls per minute of all principals of a tenant together; 0 sets no bound. 0–100,000,000, default 0. */
  readonly tenantCallsPerMinute: number;
  /** Calls of one principal under way at once; 0 sets no bound. 0–1,000,000, default 4,096. */
  readonly maxConcurrentCalls: number;
}

/** How arguments are checked against input schemas. */
export interface ValidationOptions {
  /** Whether arguments are checked; if not, all that are JSON objects are passed on. Default true. */
  readonly enabled: boolean;
  /** Compiled schemas kept; 10–100,000, default 2,000. */
  readonly maxCompiledSchemas: number;
  /** Violations named in one answer; 1–1,000, default 20. */
  readonly maxViolations: number;
}

/** Bounds of the call pipeline. */
export interface CallsOptions {
  readonly quota: QuotaOptions;
  readonly validation: ValidationOptions;
  /** How long calls under way may go on once the gateway stops, in milliseconds; 0–600,000, default 10,000. */
  readonly drainTimeoutMs: number;
}

/** The options of the pipeline with those of the features it uses. */
export interface PipelineOptions extends CallsOptions {
  readonly retry: RetryOptions;
  /** See `CircuitOptions.minTimeoutMs`. */
  readonly circuit: { readonly minTimeoutMs: number };
}

/** What holds where the configuration says nothing. */
export const CALLS_DEFAULTS: CallsOptions = {
  quota: { callsPerMinute: 0, tenantCallsPerMinute: 0, maxConcurrentCalls: 4_096 },
  validation: { enabled: true, maxCompiledSchemas: 2_000, maxViolations: 20 },
  drainTimeoutMs: 10_000,
};
