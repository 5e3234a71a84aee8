export type {
  Composite,
  CompositeDefinition,
  Composites,
  CompositeStore,
  CompositeView,
  StoredComposites,
} from "./composites.ts";
export {
  COMPOSITES_SERVER,
  PLANS_DEFAULTS,
  type CompositionRule,
  type PlansOptions,
} from "./options.ts";
export type { PlanEvent, PlanEventType } from "./plan-events.ts";
export type {
  CompensationReport,
  PlanReport,
  PlanStatus,
  PlanSummary,
  StepFailure,
  StepReport,
  StepStatus,
} from "./plan-report.ts";
export type {
  PlanCheck,
  PlanCheckRequest,
  PlannedStep,
  PlanRequest,
  PlanRun,
  Plans,
} from "./plans.ts";
export type { StepErrorCode } from "./step-error.ts";
export { createPlanProgress } from "./answer/plan-progress.ts";
export { problemLines, reportLines, wentOtherwise } from "./answer/report-lines.ts";
export { reportValue, valueText } from "./answer/report-value.ts";
export type { CompositionRules } from "./compiled-plan.ts";
export { createPlanCompiler } from "./check/plan-compiler.ts";
export { createCompositionRules } from "./check/composition-rules.ts";
export { createComposites, type RunnableComposites } from "./create-composites.ts";
export { awaitTools } from "./composites/await-tools.ts";
export { withComposites, withoutCompositeCircuit } from "./composites/with-composites.ts";
export { createPlans, type DrainablePlans } from "./create-plans.ts";
