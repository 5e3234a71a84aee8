import { describe, expect, it } from "vitest";
import { freePort } from "../../../test/support/free-port.ts";
import { startRedisServer } from "../../../test/support/redis-server.ts";
import { startBabbler } from "../../../test/support/tcp-proxy.ts";
import { createSystemClock } from "../../kernel/clock.ts";
import { checkRedis } from "./check-redis.ts";
import { REDIS_DEFAULTS, type RedisCacheOptions } from "./options.ts";

const check = (options: Partial<RedisCacheOptions>) =>
  checkRedis(
    { ...REDIS_DEFAULTS, commandTimeoutMs: 1_000, ...options },
    { clock: createSystemClock() },
    new AbortController().signal,
  );

describe("a check of the Redis", () => {
  it("is none where none is configured", async () => {
    expect(await check({})).toBeUndefined();
  });

  it("tells version and latency, and what had better be set otherwise", async () => {
    await using redis = await startRedisServer();
    expect(await check({ url: redis.url })).toEqual({
      kind: "ok",
      target: `${redis.url}/0`,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      latencyMs: expect.any(Number),
      remarks: [expect.stringMatching(/no maxmemory and maxmemory-policy noeviction/)],
    });
    await redis.cli("CONFIG", "SET", "maxmemory", "100mb");
    await redis.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    expect(await check({ url: redis.url })).toMatchObject({ kind: "ok", remarks: [] });
  });

  it("tells why it cannot be used, without the password", async () => {
    await using redis = await startRedisServer({ args: ["--requirepass", "right"] });
    const url = `redis://:sesame@127.0.0.1:${redis.port}`;
    const failed = await check({ url });
    expect(failed).toMatchObject({
      kind: "failed",
      target: `redis://127.0.0.1:${redis.port}/0`,
      reason: expect.stringMatching(/refuses the user name or password/),
    });
    expect(JSON.stringify(failed)).not.toContain("sesame");
    redis.pause();
    expect(await check({ url, connectTimeoutMs: 200 })).toMatchObject({
      kind: "failed",
      reason: "no answer within 200 ms",
    });
  });

  it("fails for a Redis that is full", async () => {
    await using redis = await startRedisServer({ args: ["--maxmemory", "1"] });
    expect(await check({ url: redis.url })).toMatchObject({
      kind: "failed",
      reason: expect.stringMatching(/^it is full/),
      mend: expect.stringMatching(/^Raise maxmemory, or .*allkeys-lru/),
    });
  });

  it("says what to do, by what is wrong", async () => {
    await using redis = await startRedisServer({ args: ["--requirepass", "right"] });
    await using babbler = await startBabbler(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const right = { password: "right" };
    const mendOf = async (options: Partial<RedisCacheOptions>): Promise<string | undefined> => {
      const checked = await check(options);
      return checked?.kind === "failed" ? checked.mend : undefined;
    };
    expect(await mendOf({ url: redis.url })).toMatch(/^Correct redis\.password/);
    expect(await mendOf({ url: redis.url, password: "wrong" })).toMatch(/^Correct redis\.password/);
    expect(await mendOf({ url: `${redis.url}/99`, ...right })).toMatch(/^Correct the number/);
    expect(await mendOf({ url: `redis://127.0.0.1:${babbler.port}` })).toMatch(/another service/);
    expect(await mendOf({ url: `redis://127.0.0.1:${await freePort()}` })).toMatch(/^Start it/);
    expect(await mendOf({ url: redis.url, ...right })).toBeUndefined();
  });
});
