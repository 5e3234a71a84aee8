import type { PlanEventAnswer } from "./answers.ts";

/** A step that runs. */
export interface RunningStep {
  readonly id: string;
  readonly tool: string;
  /** Since the plan began, in milliseconds. */
  readonly startedMs: number;
  /** Of a `forEach`. */
  readonly items?: { readonly total: number; readonly succeeded: number; readonly failed: number };
  readonly attempts: number;
}

/** How a plan is doing, as far as its events have told. */
export interface PlanProgress {
  /** Steps there are; 0 until the plan has begun. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** In the order in which they began. */
  readonly running: readonly RunningStep[];
  /** Takes note of an event. */
  hear(event: PlanEventAnswer): void;
}

const UNDER_WAY: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "step.started",
  "step.retried",
  "step.progress",
]);

/** Makes the progress of a plan of which nothing has been heard yet. */
export function createPlanProgress(): PlanProgress {
  const running = new Map<string, RunningStep>();
  let total = 0;
  let done = 0;
  let failed = 0;
  return {
    get total() {
      return total;
    },
    get done() {
      return done;
    },
    get failed() {
      return failed;
    },
    get running() {
      return [...running.values()];
    },
    hear({ type, atMs, steps, step }) {
      if (type === "plan.started") total = steps ?? 0;
      if (step === undefined || type === "step.compensated") return;
      if (UNDER_WAY.has(type)) {
        const { id, tool, attempts, items } = step;
        const startedMs = running.get(id)?.startedMs ?? step.startedMs ?? atMs;
        const known = { id, tool, startedMs, attempts };
        running.set(id, items === undefined ? known : { ...known, items });
        return;
      }
      running.delete(step.id);
      done += 1;
      if (type === "step.failed") failed += 1;
    },
  };
}
