const FIRST_MS = 250;
const LAST_MS = 10_000;
/** A service that wants more patience is better asked again by whoever needs it. */
const MAX_RETRY_AFTER_MS = 60_000;

/** What a retry depends on. */
export interface RetryTerms {
  /** Failures so far, from 1. */
  readonly failures: number;
  /** The answer's `Retry-After`, in seconds or as an HTTP date. */
  readonly retryAfter: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * How long to wait before the next attempt, in milliseconds: what the service asks for, else
 * exponential backoff with full jitter; `undefined` when the service asks for more than a minute.
 */
export function retryDelayMs(terms: RetryTerms): number | undefined {
  const asked = retryAfterMs(terms.retryAfter, terms.now);
  if (asked !== undefined) return asked <= MAX_RETRY_AFTER_MS ? asked : undefined;
  return terms.random * Math.min(LAST_MS, FIRST_MS * 2 ** (terms.failures - 1));
}

function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (header.trim() !== "" && Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
