import type { Random } from "../../kernel/random.ts";

/** The pause before attempt `attempt + 1`, in milliseconds: exponential with full jitter (0 to the bound). */
export function backoffMs(
  attempt: number,
  bounds: { readonly backoffMs: number; readonly maxBackoffMs: number },
  random: Random,
): number {
  return random.next() * Math.min(bounds.maxBackoffMs, bounds.backoffMs * 2 ** (attempt - 1));
}

/**
 * How long a circuit stays open for the `opening`-th time in a row (from 1): doubled each time up to
 * the longest, of which the upper half is drawn by lot, so that gateways do not probe in step.
 */
export function coolDownMs(
  opening: number,
  bounds: { readonly coolDownMs: number; readonly maxCoolDownMs: number },
  random: Random,
): number {
  const ceiling = Math.min(bounds.maxCoolDownMs, bounds.coolDownMs * 2 ** (opening - 1));
  return Math.max(bounds.coolDownMs, ceiling * (0.5 + 0.5 * random.next()));
}
