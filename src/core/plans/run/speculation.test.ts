import { describe, expect, it } from "vitest";
import { planOf, read, type StepSketch } from "../../../../test/support/plans/plan-builder.ts";
import {
  createPlanRig,
  statuses,
  stepOf,
  valueOf,
} from "../../../../test/support/plans/plan-rig.ts";
import { GatewayError } from "../../../kernel/errors.ts";

const ON = { speculation: { enabled: true, maxSteps: 2 } };
const branch = (id: string, more: Partial<StepSketch> = {}): StepSketch => ({
  id,
  after: ["test"],
  when: (scope) => read(scope, "test") === true,
  whenReads: ["test"],
  args: () => ({}),
  ...more,
});
const withoutReads = (sketches: readonly StepSketch[]) => {
  const plan = planOf(sketches);
  return {
    ...plan,
    steps: plan.steps.map((step) => ({ ...step, arguments: { ...step.arguments, reads: [] } })),
  };
};

describe("a step that only reads, behind an undecided when", () => {
  it("begins early, and counts once it is needed", async () => {
    const rig = createPlanRig(ON);
    rig.on("test", { afterMs: 100, value: true });
    rig.on("done", { afterMs: 40 });
    rig.on("going", { afterMs: 150 });
    const report = await rig.run(withoutReads([{ id: "test" }, branch("done"), branch("going")]));
    expect(report).toMatchObject({ status: "succeeded", wallMs: 150, criticalPathMs: 150 });
    expect(valueOf(report, "done")).toBe("done!");
    expect(stepOf(report, "going")).toMatchObject({ startedMs: 0, durationMs: 150 });
    expect(rig.calls).toHaveLength(3);
  });

  it("is thrown away when it turns out not to be needed, however it ended", async () => {
    const rig = createPlanRig(ON);
    rig.on("test", { afterMs: 100, value: false });
    rig.on("bad", { error: new GatewayError("internal", "It broke.", {}) });
    rig.on("going", { afterMs: 150 });
    const report = await rig.run(withoutReads([{ id: "test" }, branch("bad"), branch("going")]));
    expect(report).toMatchObject({ status: "succeeded", wallMs: 100 });
    expect(statuses(report)).toEqual({ test: "succeeded", bad: "skipped", going: "skipped" });
    expect(rig.calls.find(({ step }) => step === "going")?.wasAborted).toBe(true);
    expect(rig.underWay.now).toBe(0);
  });

  it("is called again in its time when it failed early", async () => {
    const rig = createPlanRig(ON);
    rig.on("test", { afterMs: 100, value: true });
    let calls = 0;
    const broken = new GatewayError("internal", "It broke.", {});
    rig.on("flaky", () => (++calls === 1 ? { error: broken } : {}));
    const report = await rig.run(withoutReads([{ id: "test" }, branch("flaky")]));
    expect(report.status).toBe("succeeded");
    expect(calls).toBe(2);
  });

  it("does not begin early when it may write, over the budget, or where a rule speaks of it", async () => {
    const rules = [{ after: ["no"], forbid: ["mail"], reason: "No." }];
    const rig = createPlanRig(ON, { rules });
    rig.on("test", { afterMs: 100, value: false });
    rig.on("waits", { afterMs: 100 });
    await rig.run(
      withoutReads([
        { id: "test" },
        { id: "waits" },
        branch("writes", { mayWrite: true }),
        branch("no"),
        branch("after", { after: ["test", "waits"] }),
        branch("one"),
        branch("two"),
        branch("three"),
      ]),
    );
    expect(rig.calls.map(({ step }) => step).toSorted()).toHaveLength(4);
    expect(rig.calls.map(({ step }) => step)).not.toContain("writes");
    expect(rig.calls.map(({ step }) => step)).not.toContain("no");
    expect(rig.calls.map(({ step }) => step)).not.toContain("after");
  });

  it("does not begin early unless it is asked for", async () => {
    const rig = createPlanRig();
    rig.on("test", { afterMs: 100, value: false });
    await rig.run(withoutReads([{ id: "test" }, branch("one")]));
    expect(rig.calls.map(({ step }) => step)).toEqual(["test"]);
  });
});
