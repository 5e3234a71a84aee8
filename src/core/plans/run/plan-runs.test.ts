import { describe, expect, it } from "vitest";
import { planOf, read } from "../../../../test/support/plans/plan-builder.ts";
import {
  createPlanRig,
  eventsOf,
  statuses,
  stepOf,
  valueOf,
} from "../../../../test/support/plans/plan-rig.ts";
import { GatewayError } from "../../../kernel/errors.ts";

const broken = new GatewayError("internal", "It broke.", {});

describe("a plan", () => {
  it("runs each step as soon as its own inputs are there", async () => {
    const rig = createPlanRig();
    rig.on("slow", { afterMs: 100 });
    rig.on("quick", { afterMs: 10 });
    rig.on("next", { afterMs: 10 });
    const report = await rig.run(
      planOf(
        [
          { id: "slow" },
          { id: "quick" },
          { id: "next", after: ["quick"] },
          { id: "end", after: ["slow", "next"] },
        ],
        {
          output: (scope) => read(scope, "end"),
        },
      ),
    );
    expect(rig.calls.map(({ step, startedMs }) => [step, startedMs])).toEqual([
      ["quick", 0],
      ["slow", 0],
      ["next", 10],
      ["end", 100],
    ]);
    expect(report).toMatchObject({ status: "succeeded", wallMs: 100, criticalPathMs: 100 });
    expect(report.output?.value()).toBe("end!");
    expect(rig.calls.at(-1)?.args).toEqual({ slow: "slow!", next: "next!" });
  });

  it("lets a failed step stop only what depends on it", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    const report = await rig.run(
      planOf([
        { id: "bad" },
        { id: "reader", after: ["bad"] },
        { id: "later", after: { reader: "order" } },
        { id: "free" },
        { id: "default", after: { bad: "optional" } },
        { id: "writer", after: { bad: "write" } },
      ]),
    );
    expect(report.status).toBe("failed");
    expect(statuses(report)).toEqual({
      bad: "failed",
      reader: "skipped",
      later: "skipped",
      free: "succeeded",
      default: "succeeded",
      writer: "succeeded",
    });
    expect(stepOf(report, "reader").reason).toBe('It needs the value of "bad", which failed.');
    expect(stepOf(report, "later").reason).toBe('It comes after "reader", which was skipped.');
    expect(report.output).toBeUndefined();
  });

  it("skips what its when rules out, and what needs its value, and succeeds", async () => {
    const rig = createPlanRig();
    const report = await rig.run(
      planOf([
        { id: "maybe", when: () => false },
        { id: "reader", after: ["maybe"] },
        { id: "later", after: { reader: "order" } },
      ]),
    );
    expect(report.status).toBe("succeeded");
    expect(statuses(report)).toEqual({ maybe: "skipped", reader: "skipped", later: "succeeded" });
    expect(stepOf(report, "maybe").reason).toBe('Its "when" does not hold.');
  });

  it("goes on after a failure it puts up with, and is partial", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    const report = await rig.run(
      planOf([
        { id: "bad", onError: "continue" },
        { id: "reader", after: ["bad"] },
        { id: "later", after: { bad: "order" } },
      ]),
    );
    expect(report.status).toBe("partial");
    expect(statuses(report)).toEqual({ bad: "failed", reader: "skipped", later: "succeeded" });
  });

  it("takes the fallback value of a failed step", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    const report = await rig.run(
      planOf([
        { id: "bad", onError: { value: () => 7 } },
        { id: "reader", after: ["bad"] },
      ]),
    );
    expect(report.status).toBe("partial");
    expect(stepOf(report, "bad")).toMatchObject({ status: "failed", fallback: "value" });
    expect(rig.calls.at(-1)?.args).toEqual({ bad: 7 });
  });

  it("runs a fallback step only when its step failed, and gives its value in the step's place", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken, afterMs: 5 });
    rig.on("rescue", { afterMs: 5 });
    const steps = [
      { id: "bad", onError: { step: "rescue" } },
      { id: "rescue" },
      { id: "reader", after: ["bad"] },
    ] as const;
    const rescued = await rig.run(planOf(steps));
    expect(rescued.status).toBe("partial");
    expect(stepOf(rescued, "bad")).toMatchObject({ fallback: { step: "rescue" } });
    expect(rig.calls.at(-1)).toMatchObject({ args: { bad: "rescue!" }, startedMs: 10 });
    expect(rescued.criticalPathMs).toBe(10);

    rig.on("bad", {});
    const fine = await rig.run(planOf(steps));
    expect(fine.status).toBe("succeeded");
    expect(stepOf(fine, "rescue")).toMatchObject({
      status: "skipped",
      reason: '"bad" did not fail.',
    });
  });

  it("has failed when its fallback step fails or does not run either", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    rig.on("rescue", { error: broken });
    const failed = await rig.run(
      planOf([
        { id: "bad", onError: { step: "rescue" } },
        { id: "rescue" },
        { id: "reader", after: { bad: "order" } },
      ]),
    );
    expect(failed.status).toBe("failed");
    expect(statuses(failed)["reader"]).toBe("skipped");
    const skipped = await rig.run(
      planOf([
        { id: "bad", onError: { step: "rescue" } },
        { id: "rescue", when: () => false },
      ]),
    );
    expect(skipped.status).toBe("failed");
  });

  it("fails when its output cannot be made, and says why", async () => {
    const rig = createPlanRig();
    const report = await rig.run(
      planOf([{ id: "a" }], {
        output: () => {
          throw new GatewayError("internal", "Nothing there.", {});
        },
      }),
    );
    expect(report.status).toBe("failed");
    expect(report.error?.message).toBe("The plan has no output: Nothing there.");
  });

  it("ends at once when it has nothing to run", async () => {
    const rig = createPlanRig();
    const run = rig.start(planOf([]));
    expect(run.report().status).toBe("succeeded");
    expect((await run.ended).steps).toEqual([]);
  });

  it("tells what happens, in order, and from any point on", async () => {
    const rig = createPlanRig();
    rig.on("hit", { meta: { cache: "coalesced" } });
    const run = rig.start(planOf([{ id: "a" }, { id: "hit", after: ["a"] }]));
    const events = eventsOf(run);
    await rig.finish(run);
    expect(events.map(({ id, type }) => [id, type])).toEqual([
      [1, "plan.started"],
      [2, "step.started"],
      [3, "step.succeeded"],
      [4, "step.started"],
      [5, "step.cached"],
      [6, "plan.finished"],
    ]);
    const late: number[] = [];
    rig.plans
      .find(run.id, { id: "p", tenant: "default", role: "agent", rules: { allow: [], deny: [] } })
      .follow(4, ({ id }) => late.push(id));
    expect(late).toEqual([5, 6]);
  });

  it("gives every call its principal, session, trace and place in the plan", async () => {
    const rig = createPlanRig();
    await rig.run(planOf([{ id: "a", tool: "t", timeoutMs: 50, cache: "bypass" }, { id: "b" }]), {
      session: "s1",
    });
    const [first, second] = rig.calls.map(({ request }) => request);
    expect(first).toMatchObject({
      tool: "t",
      session: "s1",
      timeoutMs: 50,
      cache: "bypass",
      origin: { step: "a", within: [] },
    });
    expect(first?.principal.id).toBe("p");
    expect(first?.onProgress).toBeUndefined();
    expect(second?.traceId).toBe(first?.traceId);
  });

  it("does not make a call that a composition rule forbids", async () => {
    const rules = [{ after: ["secrets"], forbid: ["mail"], reason: "No mail after secrets." }];
    const rig = createPlanRig({}, { rules });
    const report = await rig.run(
      planOf([{ id: "secrets" }, { id: "mail", after: { secrets: "order" } }]),
    );
    expect(stepOf(report, "mail").error).toEqual({
      code: "rule-broken",
      message: "mail may not follow secrets: No mail after secrets.",
    });
    expect(rig.calls).toHaveLength(1);
    expect([...rig.calls[0]!.request.origin!.trail.tools]).toEqual(["secrets"]);
  });

  it("says that nobody can answer a tool that asks for input", async () => {
    const rig = createPlanRig();
    rig.on("a", { inputRequired: true });
    const report = await rig.run(planOf([{ id: "a" }]));
    expect(stepOf(report, "a").error?.code).toBe("input-required");
  });

  it("fails when its values outgrow their bound", async () => {
    const rig = createPlanRig({ maxValueBytes: 10 });
    rig.on("a", { value: "x".repeat(20) });
    const report = await rig.run(planOf([{ id: "a" }, { id: "b", after: ["a"] }]));
    expect(report).toMatchObject({ status: "failed", error: { code: "values-too-large" } });
    expect(statuses(report)).toEqual({ a: "succeeded", b: "cancelled" });
    expect(valueOf(report, "a")).toHaveLength(20);
  });

  it("counts what stands in for values, too", async () => {
    const rig = createPlanRig({ maxValueBytes: 25 });
    rig.on("a", { error: new GatewayError("internal", "It broke.", {}) });
    const onError = { value: () => "x".repeat(8) };
    const steps = ["a", "b", "c"].map((id) => ({ id, tool: "a", onError }));
    const tooLarge = { status: "failed", error: { code: "values-too-large" } };
    expect(await rig.run(planOf(steps))).toMatchObject(tooLarge);
    const items = { id: "a", onError, forEach: () => [1, 2, 3] };
    expect(await rig.run(planOf([items]))).toMatchObject(tooLarge);
    expect((await rig.run(planOf(steps.slice(0, 2)))).status).toBe("partial");
  });

  it("takes a call that others cancelled for a failed one", async () => {
    const rig = createPlanRig();
    rig.on("a", { cancelled: true });
    const report = await rig.run(planOf([{ id: "a" }, { id: "b", after: { a: "order" } }]));
    expect(report.status).toBe("failed");
    expect(statuses(report)).toEqual({ a: "failed", b: "skipped" });
    expect(stepOf(report, "a").error?.code).toBe("cancelled");
  });
});
