import { describe, expect, it } from "vitest";
import { planOf, read } from "../../../../test/support/plans/plan-builder.ts";
import {
  createPlanRig,
  eventsOf,
  statuses,
  stepOf,
} from "../../../../test/support/plans/plan-rig.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { PlanScope } from "../compiled-plan.ts";

const broken = new GatewayError("internal", "It broke.", {});
const undo = (id: string) => ({
  tool: `undo-${id}`,
  args: (scope: PlanScope) => ({ of: read(scope, id) }),
});

describe("a plan that fails after something was done", () => {
  it("undoes it in reverse order of completion, one after another, and tells of each", async () => {
    const rig = createPlanRig();
    rig.on("a", { afterMs: 30 });
    rig.on("b", { afterMs: 10 });
    rig.on("bad", { error: broken });
    rig.on("undo-a", { afterMs: 5 });
    rig.on("undo-b", { afterMs: 5 });
    const run = rig.start(
      planOf([
        { id: "a", mayWrite: true, compensate: undo("a") },
        { id: "b", mayWrite: true, compensate: undo("b") },
        { id: "plain" },
        { id: "bad", after: ["a", "b"] },
      ]),
    );
    const events = eventsOf(run);
    const report = await rig.finish(run);
    expect(rig.calls.slice(-2).map(({ tool, startedMs, args }) => [tool, startedMs, args])).toEqual(
      [
        ["undo-a", 30, { of: "a!" }],
        ["undo-b", 35, { of: "b!" }],
      ],
    );
    expect(report).toMatchObject({ status: "failed", wallMs: 40 });
    expect(statuses(report)).toEqual({
      a: "compensated",
      b: "compensated",
      plain: "succeeded",
      bad: "failed",
    });
    expect(stepOf(report, "a").compensation).toEqual({
      tool: "undo-a",
      status: "succeeded",
      durationMs: 5,
    });
    expect(events.slice(-3).map(({ type }) => type)).toEqual([
      "step.compensated",
      "step.compensated",
      "plan.finished",
    ]);
  });

  it("goes on when something cannot be undone, and says why", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    rig.on("undo-b", { result: { isError: true, content: [{ type: "text", text: "Gone." }] } });
    const report = await rig.run(
      planOf([
        { id: "a", compensate: undo("a") },
        { id: "b", after: ["a"], compensate: undo("b") },
        { id: "bad", after: ["b"] },
      ]),
    );
    expect(statuses(report)).toEqual({ a: "compensated", b: "succeeded", bad: "failed" });
    expect(stepOf(report, "b").compensation).toMatchObject({
      status: "failed",
      error: { code: "tool-error", message: "Gone." },
    });
    expect(rig.log.lines.filter(({ level }) => level === "warn")).toMatchObject([
      {
        message: "A plan could not undo a step.",
        fields: { plan: report.id, step: "b", tool: "b", undo: "undo-b", code: "tool-error" },
      },
    ]);
  });

  it("tells how many items of a forEach it could not undo, and of which one the reason is", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    rig.on("unmake", ({ args }) => (args === 3 ? {} : { error: broken }));
    const steps = [
      {
        id: "make",
        forEach: () => ["a", "b", "c", "d"],
        itemConcurrency: 1,
        compensate: { tool: "unmake", args: ({ index }: PlanScope) => index },
      },
      { id: "bad", after: ["make"] },
    ];
    const report = await rig.run(planOf(steps));
    expect(stepOf(report, "make").compensation?.error).toEqual({
      code: "internal",
      message: "3 of 4 items were not undone. Item 2 (the first is 0): It broke.",
    });
  });

  it("undoes each item that succeeded, the last first, also of a forEach that failed", async () => {
    const rig = createPlanRig();
    rig.on("make", ({ args }) =>
      args === "c" ? { error: broken } : { value: `made ${String(args)}` },
    );
    const report = await rig.run(
      planOf([
        {
          id: "make",
          forEach: () => ["a", "b", "c", "d"],
          itemConcurrency: 1,
          args: ({ item }) => item?.value(),
          compensate: {
            tool: "unmake",
            args: (scope) => [read(scope, "make"), scope.item?.value(), scope.index],
          },
        },
      ]),
    );
    expect(rig.calls.filter(({ tool }) => tool === "unmake").map(({ args }) => args)).toEqual([
      ["made b", "b", 1],
      ["made a", "a", 0],
    ]);
    expect(stepOf(report, "make")).toMatchObject({
      status: "failed",
      compensation: { status: "succeeded" },
      items: { total: 4, succeeded: 2, failed: 1 },
    });
  });

  it("undoes what a cancelled plan did, though its time is over", async () => {
    const rig = createPlanRig();
    rig.on("slow", { afterMs: 1_000 });
    rig.on("undo-a", { afterMs: 500 });
    const report = await rig.run(
      planOf(
        [
          { id: "a", compensate: undo("a") },
          { id: "slow", after: ["a"] },
        ],
        { timeoutMs: 100 },
      ),
    );
    expect(report).toMatchObject({ status: "failed", wallMs: 600 });
    expect(statuses(report)).toEqual({ a: "compensated", slow: "cancelled" });
  });

  it("can use expressions though the plan has used up what its own may cost", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    const seen: PlanScope["evaluator"][] = [];
    const see = ({ evaluator }: PlanScope): object => ({ seen: seen.push(evaluator) });
    const steps = [
      { id: "a", args: see, compensate: { tool: "undo-a", args: see } },
      { id: "bad", after: ["a"], args: see },
    ];
    expect(statuses(await rig.run(planOf(steps)))).toMatchObject({ a: "compensated" });
    const [own, same, other] = seen;
    expect(same).toBe(own);
    expect(other).toBeDefined();
    expect(other).not.toBe(own);
  });

  it("gives up on what takes too long to undo", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    rig.on("undo-a", { afterMs: 10_000_000 });
    const run = rig.start(
      planOf([
        { id: "a", compensate: undo("a") },
        { id: "bad", after: ["a"] },
      ]),
    );
    await rig.clock.advance(300_000);
    expect(stepOf(await run.ended, "a").compensation).toMatchObject({
      status: "failed",
      error: { code: "deadline-exceeded" },
    });
    expect(rig.calls.at(-1)?.request.timeoutMs).toBe(30_000);
  });

  it("leaves a plan alone that did not fail", async () => {
    const rig = createPlanRig();
    rig.on("bad", { error: broken });
    const report = await rig.run(
      planOf([
        { id: "a", compensate: undo("a") },
        { id: "bad", after: ["a"], onError: "continue" },
      ]),
    );
    expect(report.status).toBe("partial");
    expect(rig.calls.map(({ tool }) => tool)).toEqual(["a", "bad"]);
  });
});
