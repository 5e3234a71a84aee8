import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createScope, type Scope } from "../../src/kernel/scope.ts";
import { startModernHttpServer } from "../support/modern-http-server.ts";
import type { ReferenceServer } from "../support/reference-http.ts";
import { startRedisServer, type RedisServer } from "../support/redis-server.ts";
import { readNote, startReplica, untilShared } from "../support/replica.ts";
import { runSwitchboard } from "../support/switchboard-entry.ts";
import { waitFor } from "../support/wait-for.ts";

let scope: Scope;
let redis: RedisServer;
let reference: ReferenceServer;
beforeEach(async () => {
  scope = createScope();
  redis = scope.use(await startRedisServer());
  reference = await startModernHttpServer();
  scope.defer(() => reference.close());
});
afterEach(() => scope[Symbol.asyncDispose]());

const start = () => startReplica(scope, { serverUrl: reference.url, redisUrl: redis.url });

describe("two replicas with one Redis", () => {
  it("answer from what the other has asked, until either of them writes", async () => {
    const [one, other] = [await start(), await start()];
    expect(await readNote(one)).toMatchObject({ cache: "miss" });
    expect(await readNote(one)).toMatchObject({ cache: "l1" });
    expect(await readNote(other)).toMatchObject({ cache: "l2" });
    expect(await readNote(other)).toMatchObject({ cache: "l1" });
    await one.rest.call("ref__write_note", { text: "new" });
    const seen = await waitFor(
      async () => {
        const note = await readNote(other);
        return note.text === "new" && note;
      },
      { what: "the other replica to see what was written", timeoutMs: 2_000, everyMs: 1 },
    );
    expect(seen.cache).toMatch(/^(miss|l2)$/);
    expect((await readNote(one)).text).toBe("new");
  });

  it("see each other's writes at once", async ({ annotate }) => {
    const [one, other] = [await start(), await start()];
    const lagsMs: number[] = [];
    let reads = 0;
    for (let round = 0; round < 20; round++) {
      const [writer, reader] = round % 2 === 0 ? [one, other] : [other, one];
      await readNote(reader);
      expect(await readNote(reader)).toMatchObject({ cache: "l1" });
      const text = `round ${round}`;
      await writer.rest.call("ref__write_note", { text });
      const writtenAt = performance.now();
      const isSeen = async () => {
        reads += 1;
        return (await readNote(reader)).text === text;
      };
      await waitFor(isSeen, { what: "the other replica to see what was written", everyMs: 0 });
      lagsMs.push(performance.now() - writtenAt);
    }
    lagsMs.sort((a, b) => a - b);
    const [medianMs, worstMs] = [lagsMs[10]!.toFixed(1), lagsMs[19]!.toFixed(1)];
    await annotate(
      `seen after ${medianMs} ms (median), ${worstMs} ms at worst; 20 writes, ${reads} reads`,
    );
    // 50 ms is what is promised on a machine with nothing else to do.
    expect(lagsMs[10]).toBeLessThan(1_000);
  });

  it("hear of invalidations by an operator", async () => {
    const [one, other] = [await start(), await start()];
    const echo = async ({ rest }: typeof one, text: string): Promise<string> =>
      (await rest.call("ref__echo", { text })).body.meta.cache;
    for (const text of ["a", "b"]) {
      await echo(one, text);
      await echo(other, text);
      expect(await echo(other, text)).toBe("l1");
    }
    const asked = { tool: "ref__echo", arguments: { text: "a" } };
    const { key } = (await one.rest.post("/v1/cache/explain", asked)).body;
    await one.rest.post("/v1/cache/invalidate", { key });
    await waitFor(async () => (await echo(other, "a")) === "miss", { what: "one entry to go" });
    expect(await echo(other, "b")).toBe("l1");
    await other.rest.post("/v1/cache/invalidate", { tool: "ref__echo" });
    await waitFor(async () => (await echo(one, "b")) === "miss", { what: "all of them to go" });
  });

  it("start with what is there in their memory, where they are told to", async () => {
    await readNote(await start());
    const [serverUrl, redisUrl] = [reference.url, redis.url];
    const late = await startReplica(scope, { serverUrl, redisUrl, cache: { warmEntries: 10 } });
    await waitFor(async () => (await late.rest.get("/v1/cache")).body.l1.entries === 1, {
      what: "the entry in memory",
    });
    expect(await readNote(late)).toMatchObject({ cache: "l1" });
  });

  it("agree about ages although their clocks do not", async () => {
    const hours = (count: number) =>
      startReplica(scope, {
        serverUrl: reference.url,
        redisUrl: redis.url,
        env: { NODE_OPTIONS: `--import=data:text/javascript,${shiftedClock(count)}` },
      });
    const replicas = [await hours(-7), await start(), await hours(7)];
    for (const [index, { rest }] of replicas.entries()) {
      const texts = [0, 1, 2].map((maker) => `made by ${maker}`);
      expect((await rest.call("ref__echo", { text: texts[index] })).body.meta.cache).toBe("miss");
      for (const other of replicas.filter((replica) => replica.rest !== rest)) {
        const { meta } = (await other.rest.call("ref__echo", { text: texts[index] })).body;
        expect(meta.cache).toBe("l2");
        expect(meta.cacheHit.ageMs).toBeGreaterThanOrEqual(0);
        expect(meta.cacheHit.ageMs).toBeLessThan(60_000);
      }
    }
  });

  it("make one call of many that are alike and come at once", async () => {
    const replicas = [await start(), await start()];
    const calls = Array.from({ length: 100 }, (_, index) =>
      replicas[index % 2]!.rest.call("ref__slow", { ms: 300, steps: 1 }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { body } = await replicas[0]!.rest.call("ref__counter", {}, { cache: "bypass" });
    expect(body.structuredContent.calls.slow).toBe(1);
  });

  it("go on without it when it is killed, say so, and take it up again", async () => {
    const one = await start();
    await readNote(one);
    await redis.kill();
    await untilShared(one.rest, "away");
    expect((await one.rest.get("/readyz")).body).toMatchObject({ ready: true });
    const { body: status } = await one.rest.get("/v1/status");
    expect(status.sharedCache).toMatchObject({
      state: "away",
      reason: expect.stringMatching(/nothing listens there|was cut/),
      target: `${redis.url}/0`,
    });
    await one.rest.call("ref__write_note", { text: "meanwhile" });
    expect((await readNote(one)).text).toBe("meanwhile");
    const metrics = (await one.rest.get("/metrics")).text;
    expect(metrics).toMatch(/^switchboard_shared_cache_up 0$/m);
    const doctor = await runSwitchboard(["doctor", "--config", one.daemon.configFile], {
      SWITCHBOARD_DATA_DIR: one.daemon.dataDir,
    });
    expect(doctor.stdout).toMatch(/redis.*nothing listens there/);
    await redis.restart();
    await untilShared(one.rest, "ready");
    expect((await readNote(one)).text).toBe("meanwhile");
  });

  it("go on with what they have when it is full, and say so wherever they are asked", async () => {
    const one = await start();
    await redis.cli("CONFIG", "SET", "maxmemory", "1");
    const { rest } = one;
    const { sharedCache } = await waitFor(
      async () => {
        const { body } = await rest.get("/v1/status");
        return body.sharedCache.reason === undefined ? undefined : body;
      },
      { what: "word that it is full" },
    );
    const full = { state: "ready", reason: expect.stringMatching(/^it is full: raise maxmemory/) };
    expect(sharedCache).toMatchObject(full);
    expect((await rest.get("/v1/cache")).body.l2).toMatchObject(full);
    const metrics = (await rest.get("/metrics")).text;
    expect(metrics).toMatch(/^switchboard_shared_cache_full 1$/m);
    const doctor = await runSwitchboard(["doctor", "--config", one.daemon.configFile], {
      SWITCHBOARD_DATA_DIR: one.daemon.dataDir,
    });
    expect(doctor.stdout).toMatch(/redis.*it is full/);
    expect(doctor.stdout).toMatch(/Raise maxmemory/);
    await redis.cli("CONFIG", "SET", "maxmemory", "0");
    await waitFor(
      async () => (await rest.get("/metrics")).text.includes("switchboard_shared_cache_full 0"),
      { what: "word that there is room" },
    );
  });

  it("end at once while it is paused", async () => {
    const { daemon } = await start();
    redis.pause();
    expect(await daemon.stop()).toBe(0);
    expect(daemon.log()).not.toMatch(/time limit|Unhandled/);
  });
});

/** Moves the clock of a process, as a module's text that fits into a URL. */
function shiftedClock(hours: number): string {
  return encodeURIComponent(`const now=Date.now;Date.now=()=>now()+${hours * 3_600_000}`);
}
