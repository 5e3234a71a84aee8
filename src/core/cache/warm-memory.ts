import { abortable } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Generations } from "./memory/generations.ts";
import { NOBODY, type MemoryTier } from "./memory/memory-tier.ts";
import type { SharedCache } from "./shared-cache.ts";

export interface WarmDeps {
  readonly shared: SharedCache;
  readonly memory: MemoryTier;
  readonly generations: Generations;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Fills memory with the newest entries of L2, no more than `limit`, as soon as L2 is there. Ends when
 * the signal aborts. Never rejects.
 */
export async function warmMemory(
  limit: number,
  deps: WarmDeps,
  signal: AbortSignal,
): Promise<void> {
  const { shared, memory, generations, clock, log } = deps;
  let count = 0;
  try {
    await untilReady(shared, signal);
    const before = generations.snapshot();
    for await (const { key, record, ageMs } of shared.recent(limit)) {
      if (signal.aborted) return;
      const generation = generations.sum(record.scopes);
      // What has been invalidated since may have been read before.
      if (generation !== before.sum(record.scopes) || memory.get(key) !== undefined) continue;
      const owned = { ...record, body: Uint8Array.from(record.body) };
      const bornAt = clock.monotonic() - ageMs;
      memory.set(key, { record: owned, bornAt, generation, refreshAfter: 0 }, NOBODY);
      count += 1;
    }
    log.info({ entries: count }, "Memory was filled from the shared cache.");
  } catch (error) {
    if (signal.aborted) return;
    log.warn({ err: error, entries: count }, "Memory could not be filled from the shared cache.");
  }
}

/** @throws the signal's reason. */
async function untilReady(shared: SharedCache, signal: AbortSignal): Promise<void> {
  if (shared.status().state === "ready") return;
  let listening: Disposable | undefined;
  const ready = new Promise<void>((resolve) => {
    listening = shared.onStatus(({ state }) => {
      if (state === "ready") resolve();
    });
  });
  try {
    await abortable(ready, signal);
  } finally {
    listening?.[Symbol.dispose]();
  }
}
