import { toRawJson } from "../../../kernel/raw-json.ts";
import type { ProgressListener } from "../../upstream/index.ts";
import type { PlanEvent } from "../plan-events.ts";
import type { StepReport } from "../plan-report.ts";

/** Notices told of one plan, beside the last: a plan of 10,000 steps is no reason for as many messages. */
const MAX_NOTICES = 200;

/**
 * Hears a plan's events and tells its progress as MCP has it: `progress` counts the steps that have
 * ended, a `forEach` on its way as the part of its items that have, `total` all steps, and `message`
 * names the step that moved. It never goes back.
 */
export function createPlanProgress(tell: ProgressListener): (event: PlanEvent) => void {
  const underWay = new Map<string, number>();
  const ended = new Set<string>();
  let total = 0;
  let told = -1;

  function note(message: string): void {
    const parts = [...underWay.values()].reduce((sum, part) => sum + part, 0);
    const progress = ended.size + parts;
    const isEdge = told < 0 || ended.size === total;
    if (progress <= told || (!isEdge && progress < told + total / MAX_NOTICES)) return;
    told = progress;
    tell(toRawJson({ progress, total, message }));
  }

  function noteStep(step: StepReport): void {
    if (HAS_ENDED.has(step.status)) {
      underWay.delete(step.id);
      ended.add(step.id);
    } else if (step.items !== undefined && step.items.total > 0) {
      const { succeeded, failed, total: items } = step.items;
      underWay.set(step.id, (succeeded + failed) / (items + 1));
    }
    note(`${step.id} ${step.status} (${ended.size} of ${total})`);
  }

  return (event) => {
    if (event.type === "plan.started") {
      total = event.steps;
      note(`0 of ${total} steps`);
    } else if (event.type !== "plan.finished") noteStep(event.step);
  };
}

const HAS_ENDED: ReadonlySet<StepReport["status"]> = /* @__PURE__ */ new Set([
  "succeeded",
  "failed",
  "skipped",
  "cancelled",
  "compensated",
]);
