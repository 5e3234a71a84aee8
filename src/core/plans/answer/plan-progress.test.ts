import { describe, expect, it } from "vitest";
import type { PlanEvent } from "../plan-events.ts";
import type { StepReport } from "../plan-report.ts";
import { createPlanProgress } from "./plan-progress.ts";

function progressOf(steps: number) {
  const told: { progress: number; total: number; message: string }[] = [];
  const hear = createPlanProgress((params) => told.push(params.value() as never));
  let id = 0;
  const tell = (event: object) => hear({ id: ++id, atMs: id, ...event } as PlanEvent);
  tell({ type: "plan.started", plan: "p", steps });
  const step = (type: string, report: Partial<StepReport>) =>
    tell({ type: `step.${type}`, step: { id: "a", tool: "t", attempts: 0, ...report } });
  return { told, step };
}

describe("the progress of a plan", () => {
  it("counts the steps that have ended, however they did, and names the one that moved", () => {
    const { told, step } = progressOf(3);
    step("started", { status: "running" });
    step("succeeded", { status: "succeeded" });
    step("failed", { id: "b", status: "failed" });
    step("skipped", { id: "c", status: "skipped" });
    expect(told).toEqual([
      { progress: 0, total: 3, message: "0 of 3 steps" },
      { progress: 1, total: 3, message: "a succeeded (1 of 3)" },
      { progress: 2, total: 3, message: "b failed (2 of 3)" },
      { progress: 3, total: 3, message: "c skipped (3 of 3)" },
    ]);
  });

  it("goes on within a forEach, and never goes back", () => {
    const { told, step } = progressOf(2);
    const items = (succeeded: number) => ({ total: 4, succeeded, failed: 0 });
    step("progress", { status: "running", items: items(1) });
    step("progress", { status: "running", items: items(3) });
    step("progress", { status: "running", items: items(2) });
    step("succeeded", { status: "succeeded", items: items(4) });
    step("compensated", { status: "compensated" });
    expect(told.map(({ progress }) => progress)).toEqual([0, 0.2, 0.6, 1]);
  });

  it("tells a long plan in a bounded number of notices, the last one among them", () => {
    const { told, step } = progressOf(10_000);
    for (let at = 0; at < 10_000; at++) step("succeeded", { id: `s${at}`, status: "succeeded" });
    expect(told.length).toBeLessThanOrEqual(202);
    expect(told.at(-1)).toMatchObject({ progress: 10_000 });
  });
});
