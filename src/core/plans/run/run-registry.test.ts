import { describe, expect, it } from "vitest";
import { planOf } from "../../../../test/support/plans/plan-builder.ts";
import { createPlanRig, eventsOf, stepOf } from "../../../../test/support/plans/plan-rig.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";

const one = planOf([{ id: "a" }]);

describe("runs of plans", () => {
  it("are found under way and after they ended, by the principal that started them only", async () => {
    const rig = createPlanRig();
    rig.on("a", { afterMs: 10 });
    const run = rig.start(one);
    expect(run.id).toMatch(/^p_[0-9a-f]{32}$/);
    expect(rig.plans.find(run.id, principal("p"))).toBe(run);
    const report = await rig.finish(run);
    expect(rig.plans.find(run.id, principal("p")).report()).toBe(report);
    for (const other of [principal("q"), principal("p", { tenant: "acme" })]) {
      expect(() => rig.plans.find(run.id, other)).toThrow(/There is no plan "p_/);
    }
  });

  it("are listed for their principal, newest first, with how many steps are where", async () => {
    const rig = createPlanRig({ keepMs: 1_000 });
    rig.on("slow", { afterMs: 500 });
    const first = await rig.run(planOf([{ id: "a" }, { id: "b" }]));
    await rig.clock.advance(100);
    const slow = rig.start(planOf([{ id: "a" }, { id: "slow" }, { id: "c", after: ["slow"] }]));
    await rig.clock.advance(100);
    const last = await rig.run(one);
    const { id, status, startedAt, wallMs } = last;
    expect(rig.plans.list(principal("p"))).toEqual([
      { id, status, startedAt, wallMs, steps: { succeeded: 1 } },
      {
        id: slow.id,
        status: "running",
        startedAt: startedAt - 100,
        wallMs: slow.report().wallMs,
        steps: { succeeded: 1, running: 1, pending: 1 },
      },
      expect.objectContaining({ id: first.id, steps: { succeeded: 2 } }),
    ]);
    expect(rig.plans.list(principal("q"))).toEqual([]);
    await rig.finish(slow);
    await rig.clock.advance(990);
    expect(rig.plans.list(principal("p"))).toMatchObject([{ id: slow.id, status: "succeeded" }]);
  });

  it("are listed a hundred at most", async () => {
    const rig = createPlanRig();
    for (let count = 0; count < 101; count++) await rig.run(one);
    expect(rig.plans.list(principal("p"))).toHaveLength(100);
  });

  it("are forgotten after a while", async () => {
    const rig = createPlanRig({ keepMs: 1_000 });
    const { id } = await rig.run(one);
    await rig.clock.advance(900);
    expect(rig.plans.find(id, principal("p")).report().status).toBe("succeeded");
    await rig.clock.advance(100);
    expect(() => rig.plans.find(id, principal("p"))).toThrow("There is no plan");
  });

  it("make way for later ones when there is no room", async () => {
    const rig = createPlanRig({ keepBytes: 20_000 });
    rig.on("a", { value: "x".repeat(5_000) });
    const first = await rig.run(one);
    const second = await rig.run(one);
    const third = await rig.run(one);
    expect(() => rig.plans.find(first.id, principal("p"))).toThrow("There is no plan");
    expect(rig.plans.find(second.id, principal("p")).report()).toBe(second);
    expect(rig.plans.find(third.id, principal("p")).report()).toBe(third);
  });

  it("are remembered without their steps' values when these alone have no room", async () => {
    const rig = createPlanRig({ keepBytes: 10_000 });
    rig.on("a", { value: "x".repeat(50_000) });
    const run = rig.start(planOf([{ id: "a" }], { output: () => "small" }));
    const report = await rig.finish(run);
    expect(stepOf(report, "a").value).toBeDefined();
    const kept = rig.plans.find(run.id, principal("p"));
    expect(stepOf(kept.report(), "a")).toMatchObject({ status: "succeeded" });
    expect(stepOf(kept.report(), "a").value).toBeUndefined();
    expect(kept.report().output?.value()).toBe("small");
    expect(eventsOf(kept).map(({ type }) => type)).toEqual(["plan.finished"]);
  });

  it("are remembered without what their output and fallback values are pieces of", async () => {
    const rig = createPlanRig();
    rig.on("a", { error: new GatewayError("internal", "It broke.", {}) });
    const large = new Uint8Array(100_000).fill(0x20);
    large.set(Buffer.from("17"));
    const piece = { reads: [], render: () => rawJson(large.subarray(0, 2)) };
    const [step] = planOf([{ id: "a", onError: { value: () => 0 } }]).steps;
    const steps = [{ ...step!, onError: { kind: "value", value: piece } as const }];
    const report = await rig.run({ ...one, steps, output: piece });
    for (const value of [report.output, stepOf(report, "a").value]) {
      expect(value?.value()).toBe(17);
      expect(value?.bytes.buffer.byteLength).toBe(2);
    }
  });

  it("are so many of one principal and no more, those inside others not counted", async () => {
    const rig = createPlanRig({ maxRunning: 2 });
    rig.on("a", { afterMs: 10 });
    rig.start(one);
    const second = rig.start(one);
    expect(() => rig.start(one)).toThrow(/Too many plans: "p" has 2 plans under way/);
    rig.start(one, { principal: principal("q") });
    const trail = { tools: new Set<string>(), add: () => undefined };
    const inner = rig.start(one, { origin: { plan: "p_1", step: "x", within: ["c__x"], trail } });
    expect(rig.plans.running).toBe(4);
    expect(rig.plans.list(principal("p")).map(({ id }) => id)).not.toContain(inner.id);
    expect(rig.plans.list(principal("p"))).toHaveLength(2);
    await rig.finish(second);
    rig.start(one);
    expect(() => rig.plans.find(inner.id, principal("p"))).toThrow("There is no plan");
  });

  it("are told of on the gateway's event log, and measured", async () => {
    const rig = createPlanRig();
    rig.on("a", { afterMs: 100 });
    const { id } = await rig.run(one);
    expect(rig.published).toEqual([
      { type: "plan.started", data: { id, status: "running", steps: 1 } },
      { type: "plan.finished", data: { id, status: "succeeded", wallMs: 100 } },
    ]);
    expect(rig.metrics.sum("planDuration", { status: "succeeded" })).toBeCloseTo(0.1);
    expect(rig.metrics.sum("planCriticalPathRatio")).toBeCloseTo(1);
    expect(rig.metrics.sum("planSteps", { status: "succeeded" })).toBe(1);
  });

  it("remember their latest events only", async () => {
    const rig = createPlanRig();
    const steps = Array.from({ length: 3_000 }, (_, at) => ({ id: `s${at}` }));
    const run = rig.start(planOf(steps));
    const live = eventsOf(run);
    await rig.finish(run);
    expect(live.map(({ id }) => id)).toEqual(Array.from({ length: 6_002 }, (_, at) => at + 1));
    const late = eventsOf(rig.plans.find(run.id, principal("p")));
    expect(late).toHaveLength(4_096);
    expect(late.at(-1)?.id).toBe(6_002);
  });
});

describe("plans of different callers", () => {
  it("take turns at the slots of the gateway", async () => {
    const rig = createPlanRig({ maxConcurrency: 2 });
    rig.on("many", { afterMs: 10 });
    rig.on("few", { afterMs: 10 });
    const many = planOf([{ id: "many", forEach: () => Array.from({ length: 20 }, () => 0) }]);
    const large = rig.start(many);
    const small = rig.start(planOf([{ id: "few", forEach: () => [1, 2] }]));
    const report = await rig.finish(small);
    expect(report.wallMs).toBeLessThanOrEqual(30);
    expect((await rig.finish(large)).status).toBe("succeeded");
    expect(rig.underWay.peak).toBe(2);
  });

  it("do not wait for a composite tool's slot inside it", async () => {
    const rig = createPlanRig({ maxConcurrency: 1 });
    rig.on("inner", { afterMs: 10 });
    const outer = planOf([
      { id: "c", tool: "composites__c", server: "composites" },
      { id: "plain", after: { c: "order" } },
    ]);
    rig.on("composites__c", { afterMs: 50 });
    const first = rig.start(outer);
    const inner = rig.start(planOf([{ id: "inner" }]));
    await rig.clock.advance(11);
    expect(inner.report().status).toBe("succeeded");
    expect((await rig.finish(first)).status).toBe("succeeded");
  });
});

describe("large plans", () => {
  const chain = (count: number) =>
    planOf(
      Array.from({ length: count }, (_, at) => ({
        id: `s${at}`,
        after: at === 0 ? [] : [`s${at - 1}`],
        args: () => ({}),
      })),
    );

  it("of 10,000 steps end: a chain, a fan, and a chain that is skipped from its first step on", async () => {
    const rig = createPlanRig({ concurrency: 10_000, serverConcurrency: 10_000 });
    const count = 10_000;
    expect((await rig.run(chain(count))).status).toBe("succeeded");
    const leaves = Array.from({ length: count - 1 }, (_, at) => ({ id: `s${at}` }));
    const after = leaves.map(({ id }) => id);
    const fan = await rig.run(planOf([...leaves, { id: "end", after, args: () => ({}) }]));
    expect(fan.status).toBe("succeeded");
    expect(rig.calls).toHaveLength(2 * count);
    const [first, ...rest] = chain(count).steps;
    const none = { reads: [], holds: () => false };
    const skipped = await rig.run({ ...chain(0), steps: [{ ...first!, when: none }, ...rest] });
    expect(skipped.steps.every(({ status }) => status === "skipped")).toBe(true);
    expect(rig.calls).toHaveLength(2 * count);
  }, 30_000);
});
