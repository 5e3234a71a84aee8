import { describe, expect, it } from "vitest";
import { planOf } from "../../../../test/support/plans/plan-builder.ts";
import {
  createPlanRig,
  statuses,
  stepOf,
  type PlanRig,
} from "../../../../test/support/plans/plan-rig.ts";
import { Abort } from "../../../kernel/abort.ts";
import { GatewayError } from "../../../kernel/errors.ts";

const SLOW = [
  { id: "a" },
  { id: "b" },
  { id: "c", after: ["a"] },
  { id: "each", forEach: () => [1, 2, 3], itemConcurrency: 1 },
] as const;

function slowRig(): PlanRig {
  const rig = createPlanRig();
  for (const tool of ["a", "b", "c", "each"]) rig.on(tool, { afterMs: 100 });
  return rig;
}

describe("ending a plan early", () => {
  it("cancels every call under way and begins nothing more", async () => {
    const rig = slowRig();
    const run = rig.start(planOf(SLOW));
    await rig.clock.advance(50);
    run.cancel();
    const report = await run.ended;
    expect(report).toMatchObject({ status: "cancelled", wallMs: 50 });
    expect(statuses(report)).toEqual({
      a: "cancelled",
      b: "cancelled",
      c: "cancelled",
      each: "cancelled",
    });
    expect(stepOf(report, "c").reason).toBe("The plan was cancelled.");
    expect(rig.calls).toHaveLength(3);
    expect(rig.calls.every(({ wasAborted }) => wasAborted)).toBe(true);
    expect(rig.underWay.now).toBe(0);
    await rig.plans[Symbol.asyncDispose]();
    expect(rig.clock.pending).toBe(0);
  });

  it("follows its caller, unless it is detached", async () => {
    const rig = slowRig();
    const caller = new Abort();
    const bound = rig.start(planOf(SLOW), {}, caller);
    const detached = rig.start(planOf(SLOW), { detach: true }, caller);
    await rig.clock.advance(10);
    caller.abort(new Error("gone"));
    expect((await bound.ended).status).toBe("cancelled");
    expect(detached.report().status).toBe("running");
    expect((await rig.finish(detached)).status).toBe("succeeded");
  });

  it("happens at once when its caller has already left", async () => {
    const rig = slowRig();
    const caller = new Abort();
    caller.abort(new Error("gone"));
    expect((await rig.start(planOf(SLOW), {}, caller).ended).status).toBe("cancelled");
    expect(rig.calls).toHaveLength(0);
  });

  it("happens when its time or its caller's is over, and says so", async () => {
    const rig = slowRig();
    const report = await rig.run(planOf(SLOW, { timeoutMs: 300 }), { timeoutMs: 150 });
    expect(report).toMatchObject({
      status: "failed",
      wallMs: 150,
      error: { code: "deadline-exceeded", message: "The plan did not end within 150 ms." },
    });
    expect(statuses(report)).toEqual({
      a: "succeeded",
      b: "succeeded",
      c: "cancelled",
      each: "cancelled",
    });
    expect(stepOf(report, "each").items).toEqual({ total: 3, succeeded: 1, failed: 0 });
  });

  it("ends a step that waits to be tried again", async () => {
    const rig = createPlanRig();
    const details = { server: "s", retryAfterMs: 5_000 };
    rig.on("a", { error: new GatewayError("circuit-open", "Open.", details) });
    const run = rig.start(planOf([{ id: "a", retry: { maxAttempts: 2, backoffMs: 1 } }]));
    await rig.clock.advance(1);
    run.cancel();
    expect(statuses(await run.ended)).toEqual({ a: "cancelled" });
    await rig.plans[Symbol.asyncDispose]();
    expect(rig.clock.pending).toBe(0);
  });

  it("happens to plans under way when they are disposed", async () => {
    const rig = slowRig();
    const run = rig.start(planOf(SLOW));
    await rig.clock.advance(10);
    await rig.plans[Symbol.asyncDispose]();
    expect(await run.ended).toMatchObject({
      status: "cancelled",
      error: { code: "server-unavailable", message: "The gateway is stopping." },
    });
    expect(() => rig.start(planOf(SLOW))).toThrow("The gateway is stopping.");
    expect(rig.clock.pending).toBe(0);
  });
});

describe("draining plans", () => {
  it("lets those end that can in half of the time, cancels the others, and says so", async () => {
    const rig = createPlanRig();
    rig.on("quick", { afterMs: 400 });
    rig.on("slow", { afterMs: 5_000 });
    const quick = rig.start(planOf([{ id: "quick" }]));
    const slow = rig.start(planOf([{ id: "slow" }]));
    const drained = rig.plans.drain(1_000);
    expect(() => rig.start(planOf([{ id: "quick" }]))).toThrow("The gateway is stopping.");
    await rig.clock.advance(499);
    expect(quick.report().status).toBe("succeeded");
    expect(slow.report().status).toBe("running");
    await rig.clock.advance(1);
    expect(slow.report().status).toBe("cancelled");
    await drained;
    expect(rig.log.lines.at(-1)).toMatchObject({
      message: "Plans under way have been ended.",
      fields: { finished: 1, cancelled: 1 },
    });
    expect(rig.clock.pending).toBeLessThanOrEqual(1);
  });

  it("gives what is undone the other half, and no more", async () => {
    const rig = createPlanRig();
    rig.on("slow", { afterMs: 5_000 });
    rig.on("undo", { afterMs: 10_000 });
    const run = rig.start(
      planOf([
        { id: "done", compensate: { tool: "undo" } },
        { id: "slow", after: ["done"] },
      ]),
    );
    const drained = rig.plans.drain(1_000);
    await rig.clock.advance(999);
    expect(run.report().status).toBe("running");
    await rig.clock.advance(1);
    await drained;
    expect(stepOf(await run.ended, "done")).toMatchObject({
      status: "succeeded",
      compensation: { status: "failed", error: { message: "The gateway is stopping." } },
    });
  });
});
