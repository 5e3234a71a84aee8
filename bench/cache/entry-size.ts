import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createHash } from "node:crypto";
import { MemoryTier } from "../../src/core/cache/memory/memory-tier.ts";
import { CACHE_DEFAULTS } from "../../src/core/cache/index.ts";

const ENTRIES = 50_000;
const SCOPES = ["server:users", "tool:users__search"] as const;

/** What an entry in memory takes, and what is counted for it. */
export interface EntrySize {
  readonly bodyBytes: number;
  /** Of the process's memory, the body included. */
  readonly measuredBytes: number;
  /** Against `cache.maxBytes`. */
  readonly countedBytes: number;
}

/** Fills the memory tier with answers of a size, and looks at the heap. */
export function measureEntrySize(bodyBytes: number): EntrySize {
  const collect = garbageCollector();
  const tier = new MemoryTier({ ...CACHE_DEFAULTS, maxBytes: 2 ** 40 });
  const sample = Buffer.alloc(bodyBytes, "x");
  const before = usedBytes(collect);
  for (let at = 0; at < ENTRIES; at++) {
    const key = createHash("sha256").update(String(at)).digest("base64url");
    const record = {
      body: Uint8Array.from(sample),
      storedAt: 1_700_000_000_000 + at,
      freshMs: 60_000.5 + at,
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 86_400_000,
      costMs: 20.5 + at,
      scopes: SCOPES,
    };
    tier.set(key, { record, bornAt: at + 0.5, generation: 0, refreshAfter: 0 }, "default");
  }
  const measuredBytes = (usedBytes(collect) - before) / tier.size;
  return {
    bodyBytes,
    measuredBytes: Math.round(measuredBytes),
    countedBytes: Math.round(tier.bytes / tier.size),
  };
}

function usedBytes(collect: () => void): number {
  for (let time = 0; time < 3; time++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
