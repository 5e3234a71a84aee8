/** When a server's circuit opens, and how it is tried again. */
export interface CircuitOptions {
  /** Failures in a row that open a circuit; 1–1,000, default 5. */
  readonly failureThreshold: number;
  /** Shortest time a circuit stays open, in milliseconds; 10–600,000, default 1,000. */
  readonly coolDownMs: number;
  /** Longest time a circuit stays open, doubled towards with every failed probe, in milliseconds; 10–3,600,000, default 60,000. */
  readonly maxCoolDownMs: number;
  /**
   * Shortest deadline, in milliseconds, whose passing counts against a server: callers in more of a
   * hurry say nothing about its health. 0–600,000, default 1,000.
   */
  readonly minTimeoutMs: number;
}

/** How failed attempts are made again. */
export interface RetryOptions {
  /** Attempts in all; 1 turns retries off. 1–10, default 3. */
  readonly maxAttempts: number;
  /** Upper bound of the first pause, in milliseconds, doubled for each further one; 1–60,000, default 100. */
  readonly backoffMs: number;
  /** Upper bound of any pause, in milliseconds; 1–600,000, default 2,000. */
  readonly maxBackoffMs: number;
  /** Longest wait that a server may ask for, in milliseconds; asked for more, the call fails at once. 0–600,000, default 5,000. */
  readonly maxRetryAfterMs: number;
  /** Retries per call that a server's traffic earns; 0–1, default 0.1. */
  readonly budgetRatio: number;
  /** Retries that may be saved up per server, also what it starts with; 0–1,000, default 10. */
  readonly budgetBurst: number;
}

/** What is done against servers that fail. */
export interface ResilienceOptions {
  readonly circuit: CircuitOptions;
  readonly retry: RetryOptions;
}

/** What holds where the configuration says nothing. */
export const RESILIENCE_DEFAULTS: ResilienceOptions = {
  circuit: {
    failureThreshold: 5,
    coolDownMs: 1_000,
    maxCoolDownMs: 60_000,
    minTimeoutMs: 1_000,
  },
  retry: {
    maxAttempts: 3,
    backoffMs: 100,
    maxBackoffMs: 2_000,
    maxRetryAfterMs: 5_000,
    budgetRatio: 0.1,
    budgetBurst: 10,
  },
};
