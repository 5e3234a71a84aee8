import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";

/** A slice of work aims at this time, well below what a caller would notice. */
const SLICE_MS = 4;
const MAX_LIMIT = 1024;

/**
 * Runs synchronous work in slices of about 4 ms, each followed by a rest as long as it took, so that
 * the event loop stays free for half of the time. `step` does as many units as it is told and says
 * whether more are left. Ends early, without error, when the signal aborts.
 */
export async function runInSlices(
  step: (limit: number) => boolean,
  signal: AbortSignal,
): Promise<void> {
  let limit = 1;
  await nextTurn();
  while (!signal.aborted) {
    const startedAt = performance.now();
    if (!step(limit)) return;
    const tookMs = performance.now() - startedAt;
    limit = nextLimit(limit, tookMs);
    await wait(tookMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Doubles or halves at most, so that one odd slice does not mislead. */
function nextLimit(limit: number, tookMs: number): number {
  const factor = Math.min(2, Math.max(0.5, SLICE_MS / tookMs));
  return Math.min(MAX_LIMIT, Math.max(1, Math.floor(limit * factor)));
}
