import type { Random } from "../../kernel/random.ts";

/**
 * Exponential backoff with full jitter: the delay before attempt `failures` + 1 is drawn evenly from
 * 0 to min(maxMs, initialMs × 2^(failures − 1)). Source: AWS Architecture Blog, "Exponential Backoff
 * And Jitter" (2015).
 */
export function backoffDelayMs(
  options: { readonly initialMs: number; readonly maxMs: number },
  failures: number,
  random: Random,
): number {
  const exponent = Math.min(Math.max(failures - 1, 0), 30);
  const boundMs = Math.min(options.maxMs, options.initialMs * 2 ** exponent);
  return Math.round(random.next() * boundMs);
}
