import { Redis } from "ioredis";
import type { SharedCache, CacheRecord } from "../../src/core/cache/index.ts";
import { REDIS_DEFAULTS } from "../../src/adapters/redis/options.ts";
import { CACHE_DEFAULTS } from "../../src/core/cache/index.ts";
import { createSystemClock } from "../../src/kernel/clock.ts";
import { createSilentLogger } from "../../src/kernel/log.ts";
import { createSystemRandom } from "../../src/kernel/random.ts";
import { startRedisServer } from "../../test/support/redis-server.ts";
import { waitFor } from "../../test/support/wait-for.ts";
import { quantile } from "../support/statistics.ts";
import { built } from "./built.ts";

const SIZES = [200, 2_000, 20_000, 200_000] as const;
const ROUNDS = 10;
const SCOPES = ["server:users", "tag:crm"];

/** How long reads take, of one after another unless said otherwise. */
export interface SharedHits {
  readonly bodyBytes: number;
  readonly getMs: number;
  readonly hitMs: number;
  readonly hitP95Ms: number;
  readonly ratio: number;
  readonly getsAtOnce: number;
  readonly hitsAtOnce: number;
}

/**
 * Hits of the shared cache (L2) against a plain ioredis GET of the same body, by size. Starts a
 * redis-server of its own on loopback; both sides take turns.
 */
export async function measureSharedHits(reads: number): Promise<SharedHits[]> {
  const { createRedisCache } = await built.redis();
  await using redis = await startRedisServer();
  const deps = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    log: createSilentLogger(),
  };
  const { maxEntryBytes } = CACHE_DEFAULTS;
  await using cache = createRedisCache({ ...REDIS_DEFAULTS, url: redis.url, maxEntryBytes }, deps);
  const plain = new Redis(redis.port, "127.0.0.1");
  await waitFor(() => cache.status().state === "ready", { what: "Redis" });
  const rows: SharedHits[] = [];
  for (const bytes of SIZES) rows.push(await measure(bytes, { cache, plain, reads }));
  plain.disconnect();
  return rows;
}

async function measure(
  bodyBytes: number,
  { cache, plain, reads }: { cache: SharedCache; plain: Redis; reads: number },
): Promise<SharedHits> {
  const body = jsonOf(bodyBytes);
  const key = `k${bodyBytes}`;
  const { generation } = (await cache.read(key, SCOPES))!;
  await cache.write(key, recordOf(body), { generation });
  await plain.set(key, body);
  const get = (): Promise<unknown> => plain.getBuffer(key);
  const hit = async (): Promise<void> => {
    if ((await cache.read(key, SCOPES))?.hit === undefined) throw new Error("not a hit");
  };
  const gets: number[] = [];
  const hits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    gets.push(...(await times(get, reads)));
    hits.push(...(await times(hit, reads)));
  }
  const [getMs, hitMs] = [quantile(gets, 0.5), quantile(hits, 0.5)];
  return {
    bodyBytes: body.length,
    getMs: rounded(getMs),
    hitMs: rounded(hitMs),
    hitP95Ms: rounded(quantile(hits, 0.95)),
    ratio: rounded(hitMs / getMs),
    getsAtOnce: Math.round(await rate(get, reads)),
    hitsAtOnce: Math.round(await rate(hit, reads)),
  };
}

async function times(run: () => Promise<unknown>, count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let index = 0; index < count; index++) {
    const startedAt = performance.now();
    await run();
    taken.push(performance.now() - startedAt);
  }
  return taken;
}

/** Runs a second, with 64 under way at a time. */
async function rate(run: () => Promise<unknown>, reads: number): Promise<number> {
  let left = reads * ROUNDS;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return (reads * ROUNDS) / ((performance.now() - startedAt) / 1_000);
}

function recordOf(body: Uint8Array): CacheRecord {
  const life = { freshMs: 600_000, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
  return { body, storedAt: Date.now(), ...life, costMs: 20, scopes: SCOPES };
}

/** Such as a tool answers: rows with names and numbers. */
function jsonOf(bytes: number): Buffer {
  const rows: string[] = [];
  for (let index = 0, length = 0; length < bytes; index++) {
    const row = JSON.stringify({
      id: index,
      name: `User ${index * 7919}`,
      active: index % 3 === 0,
    });
    rows.push(row);
    length += row.length + 1;
  }
  return Buffer.from(`[${rows.join(",")}]`);
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
