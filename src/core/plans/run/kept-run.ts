import type { PlanEvent } from "../plan-events.ts";
import type { PlanReport, StepReport } from "../plan-report.ts";
import type { PlanRun } from "../plans.ts";
import type { PlanRunner } from "./plan-runner.ts";
import { MAX_EVENTS } from "./run-events.ts";

/** What a report or an event takes in memory beside its values, in bytes, roughly. */
const STEP_BYTES = 500;
const PLAN_BYTES = 2_000;
const EVENT_BYTES = 400;

/** An ended run as it is remembered: without the plan, and all that it was run with. */
export interface KeptRun {
  readonly run: PlanRun;
  readonly bytes: number;
}

/**
 * What is remembered of a run in at most `maxBytes`: all, or its report without the steps' values,
 * or nothing when not even that has room.
 */
export function keptRun(
  { id, events }: Pick<PlanRunner, "id" | "events">,
  report: PlanReport,
  maxBytes: number,
): KeptRun | undefined {
  const { lastId } = events;
  const whole = bytesOf(report) + Math.min(lastId, MAX_EVENTS) * EVENT_BYTES;
  if (whole <= maxBytes) {
    const follow: PlanRun["follow"] = (afterId, listener) => events.follow(afterId, listener);
    return { run: endedRun(id, report, follow), bytes: whole };
  }
  const bare = { ...report, steps: report.steps.map(withoutValue) };
  const bytes = bytesOf(bare);
  if (bytes > maxBytes) return undefined;
  const last: PlanEvent = {
    id: lastId,
    atMs: bare.wallMs,
    type: "plan.finished",
    report: bare,
  };
  const follow: PlanRun["follow"] = (afterId, listener) => {
    if (afterId < last.id) listener(last);
    return { [Symbol.dispose]: () => undefined };
  };
  return { run: endedRun(id, bare, follow), bytes };
}

function endedRun(id: string, report: PlanReport, follow: PlanRun["follow"]): PlanRun {
  return {
    id,
    report: () => report,
    ended: Promise.resolve(report),
    cancel: () => undefined,
    follow,
  };
}

function withoutValue(step: StepReport): StepReport {
  const { value, ...rest } = step;
  return value === undefined ? step : rest;
}

function bytesOf({ output, steps }: PlanReport): number {
  const values = steps.reduce((sum, { value }) => sum + (value?.bytes.length ?? 0), 0);
  return PLAN_BYTES + STEP_BYTES * steps.length + (output?.bytes.length ?? 0) + values;
}
