import { mkdir } from "node:fs/promises";
import { connect as dial, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRecordingLog } from "../../../test/support/fakes/recording-log.ts";
import { connectRedisCache, untilRedisIs } from "../../../test/support/redis-caches.ts";
import { startRedisCluster } from "../../../test/support/redis-cluster.ts";
import { startRedisServer, type RedisServer } from "../../../test/support/redis-server.ts";
import { waitFor } from "../../../test/support/wait-for.ts";
import type { SharedCache } from "../../core/cache/index.ts";
import { record } from "../../core/cache/shared-samples.contract.ts";
import { createScope, type Scope } from "../../kernel/scope.ts";

const SCOPES = record().scopes;
const FULL = /^it is full: raise maxmemory/;

let redis: RedisServer;
let scope: Scope;
beforeEach(async () => {
  scope = createScope();
  redis = scope.use(await startRedisServer({ args: ["--maxmemory-policy", "noeviction"] }));
});
afterEach(() => scope[Symbol.asyncDispose]());

const connect = async (setup = {}): Promise<SharedCache> =>
  scope.use(await connectRedisCache({ url: redis.url, ...setup }));
const fill = (server: Pick<RedisServer, "cli"> = redis) =>
  server.cli("CONFIG", "SET", "maxmemory", "1");
const makeRoom = (server: Pick<RedisServer, "cli"> = redis) =>
  server.cli("CONFIG", "SET", "maxmemory", "0");

async function put(cache: SharedCache, key: string): Promise<void> {
  const { generation } = (await cache.read(key, SCOPES))!;
  await cache.write(key, record(), { generation });
}

async function has(cache: SharedCache, key: string): Promise<boolean> {
  return (await cache.read(key, SCOPES))?.hit !== undefined;
}

const untilFull = (cache: SharedCache) =>
  waitFor(() => cache.status().reason?.match(FULL), { what: "word that it is full" });
const untilRoomy = (cache: SharedCache) =>
  waitFor(() => cache.status().reason === undefined, { what: "word that there is room" });

describe("a full Redis", () => {
  it("still answers from what it has, and says that it takes nothing more", async () => {
    const cache = await connect();
    await put(cache, "old");
    await fill();
    await put(cache, "new");
    expect([await has(cache, "old"), await has(cache, "new")]).toEqual([true, false]);
    expect(cache.status()).toMatchObject({ state: "ready", reason: expect.stringMatching(FULL) });
    await makeRoom();
    await untilRoomy(cache);
    await put(cache, "new");
    expect(await has(cache, "new")).toBe(true);
  });

  it("is known as such without any call, and in the log when it begins and ends", async () => {
    const log = createRecordingLog();
    const cache = await connect({ log });
    const told: unknown[] = [];
    cache.onStatus(({ state, reason }) => told.push([state, reason !== undefined]));
    await fill();
    await untilFull(cache);
    await makeRoom();
    await untilRoomy(cache);
    expect(told).toEqual([
      ["ready", true],
      ["ready", false],
    ]);
    const messages = log.lines.map(({ message }) => message);
    expect(messages.filter((message) => message.includes("entries"))).toEqual([
      "Redis answers, but takes no entries.",
      "Redis takes entries again.",
    ]);
  });

  it("is known as such from the start, though nothing of ours is in it", async () => {
    await fill();
    const cache = await connect();
    expect(cache.status().reason).toMatch(FULL);
    expect(await cache.read("k", SCOPES)).toEqual({ generation: "" });
    await cache.write("k", record(), { generation: "" });
    expect(cache.status()).toMatchObject({ state: "ready", reason: expect.stringMatching(FULL) });
    await makeRoom();
    await untilRoomy(cache);
    await put(cache, "k");
    expect(await has(cache, "k")).toBe(true);
  });

  it.each([
    ["a look-up", (cache: SharedCache) => cache.read("k", SCOPES)],
    ["a lease", (cache: SharedCache) => cache.lease("k", 1_000)],
  ])("is noticed at once by %s that wants to write", async (_, ask) => {
    const cache = await connect();
    await redis.cli("FLUSHALL");
    await fill();
    await ask(cache);
    expect(cache.status().reason).toMatch(FULL);
  });

  it("still knows who holds a lease, and lets it be given back", async () => {
    const [cache, other] = [await connect(), await connect()];
    const lease = await cache.lease("k", 60_000);
    await fill();
    expect(await other.lease("k", 1_000)).toBeUndefined();
    if (typeof lease === "object") await lease[Symbol.asyncDispose]();
    await other.released("k", AbortSignal.timeout(5_000));
    expect(await other.lease("k", 1_000)).toBe("away");
  });

  it("still forgets what is invalidated and removed", async () => {
    const [cache, other] = [await connect(), await connect()];
    const heard: unknown[] = [];
    other.onInvalidated((what) => heard.push(what));
    await put(cache, "invalidated");
    await put(cache, "removed");
    await fill();
    await cache.remove("removed");
    expect(await has(other, "removed")).toBe(false);
    await cache.invalidate(SCOPES);
    expect(await has(other, "invalidated")).toBe(false);
    await waitFor(() => heard.length === 2, { what: "both messages" });
    await makeRoom();
    expect(await has(other, "invalidated")).toBe(false);
    expect(cache.status().state).toBe("ready");
  });

  it("that evicts is not full", async () => {
    await redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    const { 1: used } = /^used_memory:(\d+)/m.exec(await redis.cli("INFO", "memory"))!;
    await redis.cli("CONFIG", "SET", "maxmemory", String(Number(used) + 2_000_000));
    const cache = await connect();
    await put(cache, "k");
    expect(cache.status().reason).toBeUndefined();
  });
});

describe("a cluster of which one node is full", () => {
  it("says so until that node has room again, whatever the others keep", async () => {
    const cluster = scope.use(await startRedisCluster());
    const [node] = cluster.nodes;
    const cache = await connect({ url: undefined, cluster: cluster.addresses });
    await fill(node);
    await untilFull(cache);
    for (let key = 0; key < 20; key++) await put(cache, `k${key}`);
    expect(cache.status().reason).toMatch(FULL);
    await makeRoom(node);
    await untilRoomy(cache);
  });
});

describe("a full Redis before 7, which cannot be asked for room", () => {
  /** Passes all on, and makes a script with a first line for Redis 7 the error that it was before. */
  async function pretendOld(): Promise<number> {
    const server = createServer((near) => {
      const far = dial(redis.port, "127.0.0.1");
      near.on("data", (bytes) => {
        far.write(bytes.toString("latin1").replaceAll("#!lua", "#?lua"), "latin1");
      });
      far.pipe(near);
      for (const socket of [near, far]) socket.on("error", () => undefined);
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    scope.defer(() => void server.close());
    return (server.address() as AddressInfo).port;
  }

  it("is known by what it refuses, and by what it takes", async () => {
    const cache = await connect({ url: `redis://127.0.0.1:${await pretendOld()}` });
    await put(cache, "k");
    await fill();
    await put(cache, "k");
    expect(cache.status().reason).toMatch(FULL);
    await makeRoom();
    await put(cache, "k");
    expect(cache.status().reason).toBeUndefined();
  });
});

describe("a Redis that cannot take entries for another reason", () => {
  it("says so when it has too few replicas", async () => {
    await redis.cli("CONFIG", "SET", "min-replicas-to-write", "1");
    const cache = await connect();
    expect(cache.status().reason).toMatch(/too few replicas \(NOREPLICAS/);
    await redis.cli("CONFIG", "SET", "min-replicas-to-write", "0");
    await untilRoomy(cache);
  });

  it("is away as long as it cannot save, and back afterwards", async () => {
    const cache = await connect();
    await mkdir(join(redis.folder, "dump.rdb"));
    await redis.cli("CONFIG", "SET", "save", "3600 1000000");
    await redis.cli("BGSAVE");
    await untilRedisIs("away", cache);
    await waitFor(() => cache.status().reason?.includes("it cannot save to disk"), {
      what: "the reason",
    });
    await redis.cli("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
    await untilRedisIs("ready", cache);
    await put(cache, "k");
    expect(await has(cache, "k")).toBe(true);
  });
});
