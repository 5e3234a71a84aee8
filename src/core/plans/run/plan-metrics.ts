import type { Metrics } from "../../metrics/index.ts";
import type { PlanReport } from "../plan-report.ts";

/** What operators see of plans. */
export interface PlanMetrics {
  onEnded(report: PlanReport): void;
}

/** Declares the gauge of plans under way, and counts those that end. */
export function createPlanMetrics(
  metrics: Metrics,
  { running }: { readonly running: () => number },
): PlanMetrics {
  const underWay = metrics.bind("plansRunning", {});
  const ratio = metrics.bind("planCriticalPathRatio", {});
  metrics.onCollect(() => underWay.set(running()));
  return {
    onEnded({ status, wallMs, criticalPathMs, steps }) {
      metrics.bind("planDuration", { status }).observe(wallMs / 1_000);
      // A plan that was undone or broken off took its time for other things than its steps.
      const isWhole = status === "succeeded" || status === "partial";
      if (isWhole && criticalPathMs > 0) ratio.observe(wallMs / criticalPathMs);
      const counts = new Map<string, number>();
      for (const step of steps) counts.set(step.status, (counts.get(step.status) ?? 0) + 1);
      for (const [ended, count] of counts) metrics.bind("planSteps", { status: ended }).add(count);
    },
  };
}
