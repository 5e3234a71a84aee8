import { describe, expect, it } from "vitest";
import { gist, makeCall, resultOf } from "../../../../test/support/fakes/call-fixture.ts";
import { createRecordingMetrics } from "../../../../test/support/fakes/recording-metrics.ts";
import type { Ending } from "../stage.ts";
import { createConcurrencyLimit, type ConcurrencyLimits } from "./concurrency-limit.ts";

function setUp(initial: ConcurrencyLimits | undefined) {
  let limits = initial;
  const metrics = createRecordingMetrics();
  const stage = createConcurrencyLimit({ metrics, limitsOf: () => limits });
  const running: ((ending: Ending) => void)[] = [];
  const start = async (options: { server?: string; signal?: AbortSignal } = {}) => {
    const { server = "s", signal } = options;
    const call = makeCall({ tool: { server }, ...(signal === undefined ? {} : { signal }) });
    return stage(call, () => new Promise((end) => running.push(end)));
  };
  const setLimits = (next: ConcurrencyLimits) => void (limits = next);
  const endOne = async () => {
    running.shift()!(resultOf("ok"));
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { start, endOne, setLimits, running, metrics };
}

describe("the concurrency limit", () => {
  it("lets so many calls of a server run, others wait for a place, first come, first served", async () => {
    const { start, endOne, running } = setUp({ maxConcurrency: 2, maxQueue: 10 });
    const calls = [start(), start(), start(), start()];
    expect(running).toHaveLength(2);
    await endOne();
    expect(running).toHaveLength(2);
    for (let left = 0; left < 3; left++) await endOne();
    expect((await Promise.all(calls)).map(gist)).toEqual(["result", "result", "result", "result"]);
  });

  it("turns calls away when the queue is full", async () => {
    const { start, metrics } = setUp({ maxConcurrency: 1, maxQueue: 1 });
    void start();
    void start();
    expect(await start()).toMatchObject({
      error: {
        code: "rate-limited",
        data: { reason: '"s" has 1 calls under way and 1 waiting', retryAfterMs: 500 },
      },
    });
    expect(metrics.sum("shed", { reason: "server-concurrency" })).toBe(1);
  });

  it("is each server's own", async () => {
    const { start, running } = setUp({ maxConcurrency: 1, maxQueue: 0 });
    void start({ server: "a" });
    void start({ server: "b" });
    expect(running).toHaveLength(2);
  });

  it("gives the place of a caller who leaves the queue to the next", async () => {
    const { start, endOne, running } = setUp({ maxConcurrency: 1, maxQueue: 1 });
    void start();
    const caller = new AbortController();
    const waiting = start({ signal: caller.signal });
    caller.abort();
    expect(gist(await waiting)).toBe("cancelled");
    const next = start();
    await endOne();
    expect(running).toHaveLength(1);
    await endOne();
    expect(gist(await next)).toBe("result");
  });

  it("gives places back however calls end", async () => {
    const metrics = createRecordingMetrics();
    const limits = { maxConcurrency: 1, maxQueue: 0 };
    const stage = createConcurrencyLimit({ metrics, limitsOf: () => limits });
    const bug = stage(makeCall(), () => Promise.reject(new Error("bug")));
    await expect(Promise.resolve(bug)).rejects.toThrow("bug");
    expect(gist(await stage(makeCall(), () => resultOf("ok")))).toBe("result");
    expect(gist(await stage(makeCall(), () => ({ kind: "cancelled" })))).toBe("cancelled");
  });

  it("follows a change of the limits", async () => {
    const { start, setLimits, running } = setUp({ maxConcurrency: 1, maxQueue: 0 });
    void start();
    expect(gist(await start())).toBe("rate-limited");
    setLimits({ maxConcurrency: 2, maxQueue: 0 });
    void start();
    void start();
    expect(running).toHaveLength(3);
  });

  it("does not stand in the way of servers it knows nothing of", async () => {
    const { start, running } = setUp(undefined);
    for (let count = 0; count < 50; count++) void start();
    expect(running).toHaveLength(50);
  });

  it("goes on counting at a busy server while it forgets idle ones", async () => {
    const { start, endOne, running } = setUp({ maxConcurrency: 1, maxQueue: 0 });
    void start({ server: "busy" });
    for (let count = 0; count < 1_100; count++) {
      void start({ server: `s${count}` });
      running.pop()!(resultOf("ok"));
    }
    expect(gist(await start({ server: "busy" }))).toBe("rate-limited");
    await endOne();
  });
});
