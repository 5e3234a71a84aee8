import { describe, expect, it } from "vitest";
import { startRedisServer } from "../../../test/support/redis-server.ts";
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
});
