import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../../kernel/fake-clock.ts";
import { gist, makeCall, resultOf } from "../../../../test/support/fakes/call-fixture.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { createRecordingMetrics } from "../../../../test/support/fakes/recording-metrics.ts";
import { CALLS_DEFAULTS, type QuotaOptions } from "../options.ts";
import type { Ending } from "../stage.ts";
import { createQuota } from "./quota.ts";

function setUp(options: Partial<QuotaOptions>) {
  const clock = createFakeClock();
  const metrics = createRecordingMetrics();
  const stage = createQuota({ ...CALLS_DEFAULTS.quota, ...options }, { clock, metrics });
  const call = async (id: string, end: () => Ending | Promise<Ending> = () => resultOf("ok")) =>
    stage(makeCall({ request: { principal: principal(id) } }), end);
  return { clock, metrics, call };
}

describe("the quota", () => {
  it("is without bounds per minute unless told", async () => {
    const { call } = setUp({});
    for (let count = 0; count < 1_000; count++) expect(gist(await call("a"))).toBe("result");
  });

  it("allows a principal its calls per minute and says when the next may come", async () => {
    const { call, clock, metrics } = setUp({ callsPerMinute: 2 });
    expect([gist(await call("a")), gist(await call("a"))]).toEqual(["result", "result"]);
    expect(await call("a")).toMatchObject({
      kind: "failure",
      error: { code: "rate-limited", data: { retryAfterMs: 30_000 } },
    });
    expect(gist(await call("b"))).toBe("result");
    await clock.advance(29_999);
    expect(gist(await call("a"))).toBe("rate-limited");
    await clock.advance(1);
    expect(gist(await call("a"))).toBe("result");
    expect(metrics.sum("shed", { reason: "rate" })).toBe(2);
  });

  it("bounds what the principals of a tenant do together", async () => {
    const { call } = setUp({ tenantCallsPerMinute: 2 });
    const ends = [await call("a"), await call("b"), await call("c")];
    expect(ends.map(gist)).toEqual(["result", "result", "rate-limited"]);
  });

  it("bounds how many calls of a principal are under way, however they end", async () => {
    const { call, metrics } = setUp({ maxConcurrentCalls: 1 });
    let end!: (ending: Ending) => void;
    const first = call("a", () => new Promise((resolve) => (end = resolve)));
    expect(gist(await call("a"))).toBe("rate-limited");
    expect(gist(await call("b"))).toBe("result");
    end({ kind: "cancelled" });
    await first;
    const bug = () => Promise.reject(new Error("bug"));
    await expect(call("a", bug)).rejects.toThrow("bug");
    const thrown = () => {
      throw new Error("thrown");
    };
    await expect(call("a", thrown)).rejects.toThrow("thrown");
    expect(gist(await call("a"))).toBe("result");
    expect(metrics.sum("shed", { reason: "principal-concurrency" })).toBe(1);
  });
});
