import type { StepCounts, StepStatus } from "../plan-report.ts";

/** Counts steps by where they are. */
export function countSteps(steps: Iterable<{ readonly status: StepStatus }>): StepCounts {
  const counts: Partial<Record<StepStatus, number>> = {};
  for (const { status } of steps) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
