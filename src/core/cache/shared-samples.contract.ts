import { setTimeout as sleep } from "node:timers/promises";
import type { CacheRecord, SharedCache } from "./shared-cache.ts";

/** A shared store that a test may do as it likes with. */
export interface SharedRig extends AsyncDisposable {
  /** One handle more, ready, as another replica would have one; disposed with the rig. */
  connect(): Promise<SharedCache>;
  /** From now on the store answers nobody, but keeps what it holds (a process that is stopped). */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  /** Puts nonsense where the record of a key lies. */
  spoil(key: string): Promise<void>;
}

export type MakeSharedRig = () => Promise<SharedRig>;

/** A record to write, fresh for a minute. */
export function record(more: Partial<CacheRecord> = {}): CacheRecord {
  return {
    body: Buffer.from('{"content":[]}'),
    storedAt: 1_700_000_000_000,
    freshMs: 60_000,
    staleWhileRevalidateMs: 1_000,
    staleIfErrorMs: 2_000,
    costMs: 20,
    scopes: ["server:a"],
    ...more,
  };
}

/** Waits until a condition holds, at most five seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 5_000; !(await condition());) {
    if (performance.now() > end) throw new Error(`Waited in vain for ${String(condition)}.`);
    await sleep(5);
  }
}
