import type { Screen } from "../screen.ts";
import { renderLivePlan, tellPlanEvent } from "../views/plan-live-view.ts";
import type { PlanEventAnswer } from "./answers.ts";
import { createPlanProgress } from "./plan-progress.ts";

/** Shows how a plan goes on; disposing takes away what moves. */
export interface PlanDisplay extends Disposable {
  readonly hear: (event: PlanEventAnswer) => void;
  readonly tellCancelling: () => void;
}

/**
 * Lines that move where somebody watches; elsewhere a line for each event when `shown` asks for it,
 * and nothing with `--json`.
 */
export function createPlanDisplay(screen: Screen, shown: boolean | undefined): PlanDisplay {
  if (screen.json || shown === false || (shown === undefined && !screen.watched)) return SILENT;
  if (!screen.watched) return createLines(screen);
  const progress = createPlanProgress();
  let beganAt = performance.now();
  let isCancelling = false;
  const live = screen.live((frame) => {
    const nowMs = performance.now() - beganAt;
    return renderLivePlan(progress, { frame, nowMs, isCancelling }, screen.errorCanvas);
  });
  return {
    hear(event) {
      if (event.type === "plan.started") beganAt = performance.now() - event.atMs;
      progress.hear(event);
    },
    tellCancelling() {
      isCancelling = true;
    },
    [Symbol.dispose]: () => live[Symbol.dispose](),
  };
}

const SILENT: PlanDisplay = {
  hear: () => undefined,
  tellCancelling: () => undefined,
  [Symbol.dispose]: () => undefined,
};

function createLines(screen: Screen): PlanDisplay {
  return {
    ...SILENT,
    hear(event) {
      const line = tellPlanEvent(event);
      if (line !== undefined) screen.note(line);
    },
    tellCancelling: () => screen.note("Cancelling the plan."),
  };
}
