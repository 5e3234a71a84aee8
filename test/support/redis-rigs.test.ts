import { describe, expect, it } from "vitest";
import { isAlive } from "./process-tree.ts";
import { startRedisCluster } from "./redis-cluster.ts";
import { startRedisSentinel } from "./redis-sentinel.ts";
import { startRedisServer } from "./redis-server.ts";
import { waitFor } from "./wait-for.ts";

describe("the Redis rigs", () => {
  it("start a server that can be paused, killed and restarted empty on its port", async () => {
    const redis = await startRedisServer();
    const first = redis.pid();
    expect(await redis.cli("SET", "a", "1")).toBe("OK");
    redis.pause();
    redis.resume();
    expect(await redis.cli("GET", "a")).toBe("1");
    redis.pause();
    await redis.restart();
    expect(isAlive(first)).toBe(false);
    expect(await redis.cli("GET", "a")).toBe("");
    await redis[Symbol.asyncDispose]();
    expect(isAlive(redis.pid())).toBe(false);
  });

  it("start a cluster of three that sends clients to the right node", async () => {
    await using cluster = await startRedisCluster();
    const answers = await Promise.all(cluster.nodes.map((node) => node.cli("SET", "a", "1")));
    expect(answers.filter((answer) => answer === "OK")).toHaveLength(1);
    expect(answers.filter((answer) => answer.startsWith("MOVED"))).toHaveLength(2);
  });

  it("start a sentinel that makes the replica the master when the master is killed", async () => {
    await using rig = await startRedisSentinel();
    await rig.master.kill();
    const role = () => rig.replica.cli("ROLE");
    expect(await role()).toMatch(/^slave/);
    await waitFor(async () => (await role()).startsWith("master"), {
      what: "the failover",
      timeoutMs: 20_000,
    });
  });
});
