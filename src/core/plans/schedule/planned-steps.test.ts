import { describe, expect, it } from "vitest";
import { planOf, type StepSketch } from "../../../../test/support/plans/plan-builder.ts";
import type { Compilation } from "../compiled-plan.ts";
import { planSchedule } from "./planned-steps.ts";

const LATENCIES: Readonly<Record<string, number>> = { slow: 100, quick: 10, end: 5, rescue: 500 };
const deps = {
  latencies: {
    expected(tool: string) {
      const ms = LATENCIES[tool] ?? 250;
      return { meanMs: ms, p95Ms: ms };
    },
  },
};
const limits = { concurrency: 10, laneConcurrency: 10 };

function compilationOf(sketches: readonly StepSketch[]): Compilation {
  const plan = planOf(sketches);
  const outline = plan.steps.map(({ id, tool, server, mayWrite, dependencies }) => ({
    id,
    tool,
    server,
    mayWrite,
    dependencies: dependencies.map(({ step }) => step),
  }));
  return { plan, outline, problems: [] };
}

const DIAMOND: readonly StepSketch[] = [
  { id: "quick" },
  { id: "slow", after: ["quick"] },
  { id: "other", tool: "quick", after: ["quick"], mayWrite: true },
  { id: "end", after: ["slow", "other"] },
];

describe("what the check tells of a plan's order", () => {
  it("is each step's stage, whom it waits for and what it is expected to take", () => {
    const { steps, criticalPath, estimateMs } = planSchedule(compilationOf(DIAMOND), limits, deps);
    expect(steps.map(({ id, stage, estimateMs: ms }) => [id, stage, ms])).toEqual([
      ["quick", 0, 10],
      ["slow", 1, 100],
      ["other", 1, 10],
      ["end", 2, 5],
    ]);
    expect(steps[2]).toMatchObject({ dependsOn: ["quick"], mayWrite: true });
    expect(criticalPath).toEqual(["quick", "slow", "end"]);
    expect(estimateMs).toBe(115);
  });

  it("reckons with the limits", () => {
    const one = { concurrency: 1, laneConcurrency: 10 };
    expect(planSchedule(compilationOf(DIAMOND), one, deps).estimateMs).toBe(125);
  });

  it("shows a fallback step behind what it stands in for, and does not count on it", () => {
    const schedule = planSchedule(
      compilationOf([
        { id: "quick", onError: { step: "rescue" } },
        { id: "rescue" },
        { id: "end", after: ["quick"] },
      ]),
      limits,
      deps,
    );
    expect(schedule.steps[1]).toMatchObject({ dependsOn: ["quick"], stage: 1, estimateMs: 500 });
    expect(schedule.criticalPath).toEqual(["quick", "end"]);
    expect(schedule.estimateMs).toBe(15);
  });

  it("is told of a plan that does not pass its check, too, as far as it can be read", () => {
    const { outline, problems } = compilationOf(DIAMOND);
    const schedule = planSchedule({ outline, problems }, limits, deps);
    expect(schedule.criticalPath).toEqual(["quick", "slow", "end"]);
    const hidden = outline.map(({ id, tool, mayWrite, dependencies }) => {
      return { id, tool, mayWrite, dependencies };
    });
    const { steps } = planSchedule({ outline: hidden, problems }, limits, deps);
    expect(steps.map((step) => step.estimateMs)).toEqual([250, 250, 250, 250]);
    const empty = planSchedule({ outline: [], problems }, limits, deps);
    expect(empty).toEqual({ steps: [], criticalPath: [], estimateMs: 0 });
  });
});
