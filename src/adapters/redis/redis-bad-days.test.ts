import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRecordingLog } from "../../../test/support/fakes/recording-log.ts";
import {
  openRedisCache,
  untilRedisIs,
  type RedisCacheSetup,
} from "../../../test/support/redis-caches.ts";
import { startRedisServer, type RedisServer } from "../../../test/support/redis-server.ts";
import { startBabbler, startTcpProxy } from "../../../test/support/tcp-proxy.ts";
import { waitFor } from "../../../test/support/wait-for.ts";
import type { SharedCache } from "../../core/cache/index.ts";
import { record } from "../../core/cache/shared-samples.contract.ts";
import { createScope, type Scope } from "../../kernel/scope.ts";

const SCOPES = record().scopes;

let redis: RedisServer;
let scope: Scope;
beforeEach(async () => {
  scope = createScope();
  redis = scope.use(await startRedisServer());
});
afterEach(() => scope[Symbol.asyncDispose]());

function open(setup: RedisCacheSetup = {}): SharedCache {
  return scope.use(openRedisCache({ url: redis.url, ...setup }));
}

async function connect(setup: RedisCacheSetup = {}): Promise<SharedCache> {
  const cache = open(setup);
  await untilRedisIs("ready", cache);
  return cache;
}

async function put(cache: SharedCache, key: string, more = {}): Promise<void> {
  const { generation } = (await cache.read(key, SCOPES))!;
  await cache.write(key, record(more), { generation });
}

async function has(cache: SharedCache, key: string): Promise<boolean> {
  return (await cache.read(key, SCOPES))?.hit !== undefined;
}

function heardBy(cache: SharedCache): unknown[] {
  const heard: unknown[] = [];
  cache.onInvalidated((what) => heard.push(what));
  return heard;
}

describe("a Redis that is not there", () => {
  it("is said to be away, with a reason, and used once it is there", async () => {
    await redis.kill();
    const cache = open();
    await untilRedisIs("away", cache);
    expect(cache.status()).toMatchObject({
      target: `${redis.url}/0`,
      reason: expect.stringMatching(/^nothing listens there/),
    });
    expect(await cache.read("k", SCOPES)).toBeUndefined();
    await redis.restart();
    await untilRedisIs("ready", cache);
    await put(cache, "k");
    expect(await has(cache, "k")).toBe(true);
  });

  it("comes back by itself when it was killed, and everything may have changed", async () => {
    const cache = await connect();
    const heard = heardBy(cache);
    await put(cache, "k");
    await redis.kill();
    await untilRedisIs("away", cache);
    await redis.restart();
    await untilRedisIs("ready", cache);
    expect(heard).toEqual(["all"]);
    expect(await has(cache, "k")).toBe(false);
  });

  it("is not stormed by those who want it back", async () => {
    await using babbler = await startBabbler(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const cache = open({ url: `redis://127.0.0.1:${babbler.port}`, retryMaxMs: 5_000 });
    await untilRedisIs("away", cache);
    expect(cache.status().reason).toMatch(/\w/);
    await waitFor(() => babbler.visits() >= 3, { what: "further attempts" });
    const before = babbler.visits();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(babbler.visits() - before).toBeLessThanOrEqual(1);
  });

  it.each([
    ["nonsense", Buffer.from("\0\x01\x02 nothing of the kind\r\n\r\n\xff")],
    ["too long a length", Buffer.from("$9999999999999\r\n")],
    ["the beginning of an answer", Buffer.from("%7\r\n$6\r\nserver\r\n")],
    ["errors", Buffer.from("-ERR I am not what you think\r\n".repeat(20))],
    ["answers that nobody asked for", Buffer.from("+OK\r\n".repeat(100))],
  ])("may be something else that answers %s", async (_, answer) => {
    await using babbler = await startBabbler(answer);
    const cache = open({ url: `redis://127.0.0.1:${babbler.port}`, connectTimeoutMs: 300 });
    await untilRedisIs("away", cache);
    expect(await cache.read("k", SCOPES)).toBeUndefined();
    await cache.invalidate(SCOPES);
    await cache[Symbol.asyncDispose]();
  });
});

describe("a paused Redis", () => {
  it("costs callers no more than the time limit, then nothing", async () => {
    const cache = await connect({ commandTimeoutMs: 300 });
    await put(cache, "k");
    redis.pause();
    for (let rounds = 0; rounds < 3; rounds++) {
      const many = Array.from({ length: 2_000 }, () => cache.read("k", SCOPES));
      expect(new Set(await Promise.all(many))).toEqual(new Set([undefined]));
    }
    expect(cache.status()).toMatchObject({
      state: "away",
      reason: expect.stringMatching(/no answer within 300 ms/),
    });
    expect(await cache.read("k", SCOPES)).toBeUndefined();
    redis.resume();
    await untilRedisIs("ready", cache);
    expect(await has(cache, "k")).toBe(true);
  });

  it("is noticed without any call, within seconds", async () => {
    const cache = await connect();
    redis.pause();
    await untilRedisIs("away", cache);
    redis.resume();
    await untilRedisIs("ready", cache);
    expect(cache.status().reason).toBeUndefined();
  });

  it("keeps nobody from disposing, and no connection open", async () => {
    await using proxy = await startTcpProxy(redis.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const cache = await connect({ url });
    expect(proxy.connections()).toBe(2);
    redis.pause();
    await cache[Symbol.asyncDispose]();
    await waitFor(() => proxy.connections() === 0, { what: "all connections to be closed" });
    expect(await cache.read("k", SCOPES)).toBeUndefined();
    expect(await cache.lease("k", 1_000)).toBe("away");
  });

  it("ends the waiting for leases when it is given up", async () => {
    const cache = await connect();
    await cache.lease("k", 60_000);
    const waiting = cache.released("k", AbortSignal.timeout(20_000));
    redis.pause();
    await waiting;
    redis.resume();
    expect(cache.status().state).not.toBe("connecting");
  });
});

describe("a Redis that hitches", () => {
  it("is not given up for it, however many were asking, and nobody's memory is dropped", async () => {
    const cache = await connect({ commandTimeoutMs: 400 });
    const heard = heardBy(cache);
    redis.pause();
    const many = Array.from({ length: 500 }, () => cache.read("k", SCOPES));
    expect(new Set(await Promise.all(many))).toEqual(new Set([undefined]));
    redis.resume();
    await waitFor(() => cache.read("k", SCOPES), { what: "an answer" });
    expect(cache.status().state).toBe("ready");
    expect(heard).toEqual([]);
  });
});

describe("a slow Redis", () => {
  it("is given up, and taken back when it is fast again", async () => {
    await using proxy = await startTcpProxy(redis.port);
    const cache = await connect({
      url: `redis://127.0.0.1:${proxy.port}`,
      commandTimeoutMs: 300,
      connectTimeoutMs: 5_000,
    });
    proxy.delayMs = 500;
    for (let reads = 0; reads < 3; reads++) await cache.read("k", SCOPES);
    await untilRedisIs("away", cache);
    await waitFor(() => cache.status().reason?.includes("no answer within"), {
      what: "the reason",
    });
    proxy.delayMs = 0;
    await untilRedisIs("ready", cache);
    await put(cache, "k");
    expect(await has(cache, "k")).toBe(true);
  });
});

describe("a Redis that lost something", () => {
  it("finds nothing after it was flushed, and goes on", async () => {
    const cache = await connect();
    await put(cache, "k");
    await redis.cli("FLUSHALL");
    await redis.cli("SCRIPT", "FLUSH");
    expect(await has(cache, "k")).toBe(false);
    await put(cache, "k");
    expect(await has(cache, "k")).toBe(true);
  });

  it("gives no entry for current whose generations are gone", async () => {
    const cache = await connect();
    await put(cache, "k");
    await redis.cli("DEL", "switchboard:{0}:generations");
    expect(await has(cache, "k")).toBe(false);
  });

  it("refuses what was asked for before it was flushed", async () => {
    const cache = await connect();
    const { generation } = (await cache.read("k", SCOPES))!;
    await redis.cli("FLUSHALL");
    await cache.write("k", record(), { generation });
    expect(await has(cache, "k")).toBe(false);
  });

  it("is told everything anew by those whose subscription was cut", async () => {
    const [cache, other] = [await connect(), await connect()];
    const heard = heardBy(cache);
    await redis.cli("CLIENT", "KILL", "TYPE", "pubsub");
    await waitFor(() => heard.includes("all"), { what: "word that messages may be lost" });
    await untilRedisIs("ready", cache);
    await untilRedisIs("ready", other);
    await other.invalidate(["tag:t"]);
    await waitFor(() => heard.length > 1, { what: "the next message" });
    expect(heard.at(-1)).toEqual({ scopes: ["tag:t"] });
  });

  it("holds nonsense of another kind: it is counted, and overwritten", async () => {
    const log = createRecordingLog();
    const cache = await connect({ log });
    await put(cache, "k");
    await redis.cli("DEL", "switchboard:{0}:entry:k", "switchboard:{0}:generations");
    await redis.cli("LPUSH", "switchboard:{0}:entry:k", "1");
    await redis.cli("SET", "switchboard:{0}:generations", "none");
    expect(await has(cache, "k")).toBe(false);
    expect(cache.status().damagedEntries).toBe(1);
    await put(cache, "k");
    expect(await has(cache, "k")).toBe(true);
    expect(log.lines.some(({ message }) => message.includes("cannot be read"))).toBe(true);
  });
});

describe("what was invalidated while Redis was away", () => {
  it("is void when it is back, however much it was", async () => {
    await using proxy = await startTcpProxy(redis.port);
    const cache = await connect({ url: `redis://127.0.0.1:${proxy.port}` });
    const other = await connect();
    await put(cache, "k");
    redis.pause();
    await untilRedisIs("away", cache);
    const scopes = Array.from({ length: 20_000 }, (_, index) => `tag:${index}`);
    await Promise.all(scopes.map((name) => cache.invalidate([name])));
    redis.resume();
    await untilRedisIs("ready", cache);
    expect(await has(cache, "k")).toBe(false);
    await untilRedisIs("ready", other);
    expect(await has(other, "k")).toBe(false);
  });

  it("is void for the others, who could reach it all the time", async () => {
    await using proxy = await startTcpProxy(redis.port);
    const cut = await connect({ url: `redis://127.0.0.1:${proxy.port}` });
    const other = await connect();
    const heard = heardBy(other);
    await put(other, "k");
    await put(other, "removed");
    proxy.delayMs = 60_000;
    await untilRedisIs("away", cut);
    await cut.invalidate(SCOPES);
    await cut.remove("removed");
    expect(await has(other, "k")).toBe(true);
    proxy.delayMs = 0;
    await untilRedisIs("ready", cut);
    expect(await has(other, "k")).toBe(false);
    await waitFor(() => heard.length === 2, { what: "the messages" });
    expect(heard).toEqual([{ scopes: SCOPES }, { key: "removed" }]);
  });
});
