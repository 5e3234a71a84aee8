import { beforeEach, describe, expect, it } from "vitest";
import { GatewayError } from "../../../kernel/errors.ts";
import { createFakeClock, type FakeClock } from "../../../kernel/fake-clock.ts";
import type { Random } from "../../../kernel/random.ts";
import {
  gist,
  makeCall,
  resultOf,
  type CallFixture,
} from "../../../../test/support/fakes/call-fixture.ts";
import {
  createRecordingMetrics,
  type RecordingMetrics,
} from "../../../../test/support/fakes/recording-metrics.ts";
import { RESILIENCE_DEFAULTS, type RetryOptions } from "../../resilience/index.ts";
import { failed, type Ending } from "../stage.ts";
import { createRetry } from "./retry.ts";

const noJitter: Random = { next: () => 1, hex: () => "" };
const WRITES: CallFixture = { tool: { annotations: {} } };

function away(more: { reached?: boolean; retryAfterMs?: number } = {}): Ending {
  const details = { server: "s", state: "disconnected", retryAfterMs: 0, reached: true, ...more };
  return failed(new GatewayError("server-unavailable", "away", details));
}

function garbage(rpcCode?: number): Ending {
  const details = { server: "s", ...(rpcCode === undefined ? {} : { rpcCode }) };
  return failed(new GatewayError("upstream-protocol", "garbage", details));
}

describe("retries", () => {
  let clock: FakeClock;
  let metrics: RecordingMetrics;
  let attempts: number[];

  beforeEach(() => {
    clock = createFakeClock();
    metrics = createRecordingMetrics();
    attempts = [];
  });

  /** Makes a call whose attempts end as given, the last for all that follow. */
  function start(endings: Ending[], fixture: CallFixture = {}, options?: Partial<RetryOptions>) {
    const stage = createRetry(
      { ...RESILIENCE_DEFAULTS.retry, ...options },
      { clock, metrics, random: noJitter },
    );
    const state: { ended?: string } = {};
    const ending = Promise.resolve(
      stage(makeCall({ clock, ...fixture }), async () => {
        attempts.push(clock.monotonic());
        return endings[attempts.length - 1] ?? endings.at(-1)!;
      }),
    );
    void ending.then((value) => (state.ended = gist(value)));
    return state;
  }

  it("are made for a tool that only reads, with growing pauses, three attempts in all", async () => {
    const state = start([away()]);
    await clock.advance(10_000);
    expect(attempts).toEqual([0, 100, 300]);
    expect(state.ended).toBe("server-unavailable");
    expect(metrics.sum("retries", { server: "s" })).toBe(2);
  });

  it("end with the first answer", async () => {
    const state = start([away(), garbage(), resultOf("ok")]);
    await clock.advance(10_000);
    expect(attempts).toHaveLength(3);
    expect(state.ended).toBe("result");
  });

  it("are made for a tool that says it is idempotent", async () => {
    start([away()], { tool: { annotations: { idempotentHint: true } } });
    await clock.advance(10_000);
    expect(attempts).toHaveLength(3);
  });

  it("are made for a tool that may write only when the server cannot have seen the call", async () => {
    start([away({ reached: true })], WRITES);
    await clock.advance(10_000);
    expect(attempts).toHaveLength(1);
    attempts = [];
    start([away({ reached: false })], WRITES);
    await clock.advance(10_000);
    expect(attempts).toHaveLength(3);
  });

  it.each<[string, Ending]>([
    ["a result", resultOf("ok")],
    ["an error the server answered", garbage(-32603)],
    ["a timeout", failed(new GatewayError("deadline-exceeded", "x", { timeoutMs: 1 }))],
    [
      "an open circuit",
      failed(new GatewayError("circuit-open", "x", { server: "s", retryAfterMs: 1 })),
    ],
    [
      "our own limit",
      failed(new GatewayError("rate-limited", "x", { reason: "full", retryAfterMs: 1 })),
    ],
    ["a login that is needed", failed(new GatewayError("needs-auth", "x", { server: "s" }))],
    ["a cancellation", { kind: "cancelled" }],
  ])("are not made after %s", async (_, ending) => {
    start([ending]);
    await clock.advance(10_000);
    expect(attempts).toHaveLength(1);
  });

  it("wait as long as the server asks, but not for what is too long", async () => {
    start([away({ retryAfterMs: 700 }), resultOf("ok")]);
    await clock.advance(10_000);
    expect(attempts).toEqual([0, 700]);
    attempts = [];
    const state = start([away({ retryAfterMs: 6_000 })]);
    await clock.advance(0);
    expect(state.ended).toBe("server-unavailable");
    expect(attempts).toHaveLength(1);
  });

  it("are not made when the pause would outlast the deadline", async () => {
    const state = start([away()], { deadlineAt: 250 });
    await clock.advance(150);
    expect(state.ended).toBe("server-unavailable");
    expect(attempts).toEqual([0, 100]);
  });

  it("end when the caller leaves during a pause", async () => {
    const caller = new AbortController();
    const state = start([away()], { signal: caller.signal });
    await clock.advance(50);
    caller.abort();
    await clock.advance(0);
    expect(state.ended).toBe("cancelled");
    expect(clock.pending).toBe(0);
  });

  it("keep within the server's budget", async () => {
    const stage = createRetry(
      { ...RESILIENCE_DEFAULTS.retry, budgetBurst: 2, budgetRatio: 0 },
      { clock, metrics, random: noJitter },
    );
    const call = () => stage(makeCall({ clock }), async () => (attempts.push(0), away()));
    void call();
    void call();
    await clock.advance(10_000);
    expect(attempts).toHaveLength(4);
  });

  it("are none when turned off", async () => {
    start([away()], {}, { maxAttempts: 1 });
    await clock.advance(10_000);
    expect(attempts).toHaveLength(1);
  });
});
