import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScope } from "../../src/kernel/scope.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { startRedisServer, type RedisServer } from "../support/redis-server.ts";
import { readNote, startReplica, untilShared, type Replica } from "../support/replica.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { waitFor } from "../support/wait-for.ts";

const WORKERS = 6;
/** Much more than any call of this load should take, also on a busy machine. */
const PATIENCE_MS = 10_000;

const scope = createScope();
let redis: RedisServer;
let proxy: TcpProxy;
let reference: ReferenceServer;
let replicas: readonly [Replica, Replica];

beforeAll(async () => {
  redis = scope.use(await startRedisServer());
  proxy = scope.use(await startTcpProxy(redis.port));
  reference = scope.use(await startModernHttpServer());
  const redisUrl = `redis://127.0.0.1:${proxy.port}`;
  const start = () => startReplica(scope, { serverUrl: reference.url, redisUrl });
  replicas = [await start(), await start()];
}, 60_000);

afterAll(() => scope[Symbol.asyncDispose]());

interface Misfortune {
  readonly what: string;
  happen(): unknown;
  /** What replicas say of their Redis meanwhile; nothing where it is still of use. */
  readonly said?: "away";
  mend(): unknown;
}

const misfortunes: readonly Misfortune[] = [
  {
    what: "is killed",
    said: "away",
    happen: () => redis.kill(),
    mend: () => redis.restart(),
  },
  {
    what: "is paused",
    said: "away",
    happen: () => redis.pause(),
    mend: () => redis.resume(),
  },
  {
    what: "is slow",
    said: "away",
    happen: () => (proxy.delayMs = 750),
    mend: () => (proxy.delayMs = 0),
  },
  {
    what: "cuts all connections",
    happen: () => proxy.cut(),
    mend: () => undefined,
  },
  {
    what: "is full",
    happen: () => redis.cli("CONFIG", "SET", "maxmemory", "1"),
    mend: () => redis.cli("CONFIG", "SET", "maxmemory", "0"),
  },
  {
    what: "is flushed",
    happen: () => redis.cli("FLUSHALL"),
    mend: () => undefined,
  },
  {
    what: "holds garbage",
    happen: spoilEverything,
    mend: () => redis.cli("FLUSHALL"),
  },
];

/** Puts nonsense in the place of every value. */
async function spoilEverything(): Promise<void> {
  const keys = (await redis.cli("KEYS", "*")).split("\n").filter((key) => key !== "");
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) await redis.cli("SET", key, "nonsense", "KEEPTTL");
}

interface Answered {
  readonly status: number;
  readonly tookMs: number;
  readonly isRight: boolean;
}

let loads = 0;

/** Calls both replicas without a pause, until told to stop; gives how every call was answered. */
function startLoad(): () => Promise<readonly Answered[]> {
  loads += 1;
  const answers: Answered[] = [];
  const stop = new AbortController();
  const work = async (worker: number): Promise<void> => {
    for (let turn = 0; !stop.signal.aborted; turn++) {
      const { rest } = replicas[(worker + turn) % 2]!;
      // Each text is asked of both: a miss, then a hit by way of Redis while there is one.
      const text = `${loads} ${worker} ${turn >> 1}`;
      const startedAt = performance.now();
      const { status, body } = await rest.call("ref__echo", { text });
      const isRight = body.structuredContent?.text === text;
      answers.push({ status, tookMs: performance.now() - startedAt, isRight });
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, worker) => work(worker));
  return async () => {
    stop.abort();
    await Promise.all(workers);
    return answers;
  };
}

describe("a Redis under load that", () => {
  it.each(misfortunes)(
    "$what fails no call and is taken up again",
    async ({ happen, said, mend }) => {
      for (const { rest } of replicas) await untilShared(rest, "ready");
      const endLoad = startLoad();
      await waitFor(async () => (await redis.cli("DBSIZE")) !== "0", { what: "entries in Redis" });
      await happen();
      if (said !== undefined) for (const { rest } of replicas) await untilShared(rest, said);
      const [one] = replicas;
      await one.rest.call("ref__write_note", { text: "meanwhile" });
      expect((await readNote(one)).text).toBe("meanwhile");
      await mend();
      for (const { rest } of replicas) await untilShared(rest, "ready");
      const answers = await endLoad();
      expect(answers.length).toBeGreaterThan(WORKERS);
      expect(answers.filter(({ status, isRight }) => status !== 200 || !isRight)).toEqual([]);
      expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(PATIENCE_MS);
      await provesUseful();
    },
    60_000,
  );

  /** What one replica has been told, the other knows; what one writes, the other sees. */
  async function provesUseful(): Promise<void> {
    const [one, other] = replicas;
    const text = `written ${performance.now()}`;
    await one.rest.call("ref__write_note", { text });
    await waitFor(async () => (await readNote(other)).text === text, { what: "the write" });
    await waitFor(
      async () => {
        const said = `said ${performance.now()}`;
        await one.rest.call("ref__echo", { text: said });
        const { body } = await other.rest.call("ref__echo", { text: said });
        return body.meta.cache === "l2";
      },
      { what: "an answer by way of Redis" },
    );
  }
});
