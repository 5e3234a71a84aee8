import { createSeededRandom } from "../../src/kernel/random.ts";
import type { CacheOptions } from "../../src/core/cache/index.ts";
import { createCacheWorld, textAnswer } from "../../test/support/cache-world.ts";
import { cheHitRatio, countBeladyHits, countLruHits } from "./ideal-caches.ts";

const DISTINCT = 10_000;
const REQUESTS = 100_000;
const ROOM = 2_000;
const UPSTREAM_MS = 20;
const HOUR_MS = 3_600_000;

/** How a cache does on the workload. */
export interface ZipfRow {
  readonly cache: string;
  readonly hitRatio: number;
  readonly meanMs?: number;
  /** Of the time that the server would have taken. */
  readonly latencyCut?: number;
}

/**
 * 10,000 distinct calls asked 100,000 times, the n-th with a share of 1/n, one after another of a
 * server that takes 20 ms; room for 2,000. Time is virtual: what the cache itself takes is not in it.
 */
export async function measureZipf(): Promise<ZipfRow[]> {
  const shares = zipfShares();
  const trace = drawTrace(shares);
  const asByDefault = { jitterRatio: 0.1, earlyRefresh: 1 };
  return [
    ideal("no cache", 0),
    ideal("LRU in theory (Che), long run", cheHitRatio(shares, ROOM)),
    ideal("LRU on this trace", ofTrace(countLruHits(trace, ROOM))),
    await run("Switchboard, nothing ends", trace, { ttlMs: HOUR_MS }),
    await run("Switchboard, as configured by default, ttlMs 60,000", trace, {
      ttlMs: 60_000,
      options: asByDefault,
    }),
    ideal("Belady on this trace (knows the future)", ofTrace(countBeladyHits(trace, ROOM))),
  ];
}

function ideal(cache: string, hitRatio: number): ZipfRow {
  return { cache, hitRatio: round(hitRatio) };
}

function ofTrace(hits: number): number {
  return hits / REQUESTS;
}

async function run(
  cache: string,
  trace: readonly number[],
  { ttlMs, options = {} }: { ttlMs: number; options?: Partial<CacheOptions> },
): Promise<ZipfRow> {
  await using world = createCacheWorld({ users: { ttlMs } });
  const { clock } = world;
  world.answer = async () => {
    world.asked.length = 0;
    await clock.advance(UPSTREAM_MS);
    return textAnswer("answer");
  };
  const replica = world.replica({ options: { maxEntries: ROOM, ...options } });
  let [hits, waitedMs] = [0, 0];
  for (const key of trace) {
    const startedAt = clock.monotonic();
    const { meta } = await replica.call("users__get", { args: `{"n":${key}}` });
    if (meta.cache !== "l1") waitedMs += clock.monotonic() - startedAt;
    else hits += 1;
  }
  const meanMs = waitedMs / REQUESTS;
  return {
    cache,
    hitRatio: round(hits / REQUESTS),
    meanMs: Number(meanMs.toFixed(2)),
    latencyCut: round(1 - meanMs / UPSTREAM_MS),
  };
}

function zipfShares(): number[] {
  const weights = Array.from({ length: DISTINCT }, (_, rank) => 1 / (rank + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function drawTrace(shares: readonly number[]): number[] {
  const random = createSeededRandom(42);
  let sum = 0;
  const ends = shares.map((share) => (sum += share));
  return Array.from({ length: REQUESTS }, () => indexAbove(ends, random.next()));
}

/** The first place whose value is above `limit`. */
function indexAbove(values: readonly number[], limit: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

function round(ratio: number): number {
  return Number(ratio.toFixed(4));
}
