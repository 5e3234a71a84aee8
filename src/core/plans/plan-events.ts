import type { PlanReport, StepReport } from "./plan-report.ts";

/** The events of a plan, in the order in which they can happen to a step. */
export type PlanEventType =
  | "plan.started"
  | "step.started"
  | "step.retried"
  | "step.progress"
  | "step.succeeded"
  | "step.cached"
  | "step.failed"
  | "step.skipped"
  | "step.cancelled"
  | "step.compensated"
  | "plan.finished";

/**
 * Something that happened in a plan, as it was then. `id` counts from 1 within the plan. `step.cached`
 * stands in place of `step.succeeded` for a step that a cache or a call under way answered;
 * `step.progress` tells of a `forEach` on its way (and comes seldom).
 */
export type PlanEvent = {
  readonly id: number;
  /** Since the plan began, in milliseconds. */
  readonly atMs: number;
} & (
  | { readonly type: "plan.started"; readonly plan: string; readonly steps: number }
  | { readonly type: "plan.finished"; readonly report: PlanReport }
  | { readonly type: Extract<PlanEventType, `step.${string}`>; readonly step: StepReport }
);
