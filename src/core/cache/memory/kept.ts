import type { Random } from "../../../kernel/random.ts";
import type { CacheRecord } from "../shared-cache.ts";

/** An entry in memory. */
export interface Kept {
  readonly record: CacheRecord;
  /** When the answer was asked for, on the monotonic clock. */
  readonly bornAt: number;
  /** How often its scopes had been invalidated when it was asked for. */
  readonly generation: number;
  /** No attempt to fetch it anew before then, on the monotonic clock. */
  refreshAfter: number;
}

/** What an entry of some age may be given for; `error`: only when its server fails. */
export type Freshness = "fresh" | "revalidate" | "error" | "over";

export function freshnessOf(record: CacheRecord, ageMs: number): Freshness {
  const pastMs = ageMs - record.freshMs;
  if (pastMs < 0) return "fresh";
  if (pastMs < record.staleWhileRevalidateMs) return "revalidate";
  return pastMs < record.staleIfErrorMs ? "error" : "over";
}

/**
 * Whether a fresh entry is to be fetched anew before its end: the likelier, the nearer its end and
 * the longer its server takes, so that of many callers about one does so in time.
 * Source: Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB
 * 2015 (XFetch): now − Δ·β·ln(random) ≥ end.
 */
export function isDueEarly(
  record: CacheRecord,
  ageMs: number,
  { beta, random }: { readonly beta: number; readonly random: Random },
): boolean {
  if (beta === 0) return false;
  const lead = -record.costMs * beta * Math.log(1 - random.next());
  return ageMs + lead >= record.freshMs;
}
