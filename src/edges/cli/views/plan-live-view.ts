import type { PlanEventAnswer } from "../plans/answers.ts";
import type { PlanProgress, RunningStep } from "../plans/plan-progress.ts";
import { spinnerFrame } from "../spinner.ts";
import { padding, truncate } from "../text/display-width.ts";
import { countOf, formatCount, formatDuration } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import type { Canvas } from "../text/table.ts";

/** Running steps that are shown: fewer lines than any terminal has. */
const MAX_SHOWN = 6;
const MAX_ID = 24;
const MAX_LINE = 400;

/** What stands beside a plan's progress. */
export interface LiveMoment {
  readonly frame: number;
  /** Since the plan began, in milliseconds. */
  readonly nowMs: number;
  readonly isCancelling: boolean;
}

/** A plan under way in a few lines: how far it is, and what runs since when. */
export function renderLivePlan(
  { total, done, failed, running }: PlanProgress,
  { frame, nowMs, isCancelling }: LiveMoment,
  { width, style }: Canvas,
): readonly string[] {
  const facts = [
    `${formatCount(done)} of ${countOf(total, "step")} done`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(running.length > 0 ? [`${formatCount(running.length)} running`] : []),
    formatDuration(Math.max(0, nowMs)),
    ...(isCancelling ? ["cancelling"] : []),
  ];
  const head = truncate(`${spinnerFrame(frame)} ${facts.join(" · ")}`, width - 1);
  const shown = running.slice(0, MAX_SHOWN);
  const idWidth = Math.min(MAX_ID, Math.max(0, ...shown.map(({ id }) => id.length)));
  const lines = shown.map((step) => {
    const id = truncate(step.id, idWidth);
    const rest = truncate(`${padding(id, idWidth)}  ${about(step, nowMs)}`, width - id.length - 3);
    return `  ${style("cyan", id)}${rest}`;
  });
  const more = running.length - shown.length;
  return [head, ...lines, ...(more > 0 ? [`  … and ${formatCount(more)} more`] : [])];
}

/** An event as a line of its own; `undefined` for those that say nothing new. */
export function tellPlanEvent({ type, steps, step }: PlanEventAnswer): string | undefined {
  if (type === "plan.started") return `${countOf(steps ?? 0, "step")} to do`;
  if (step === undefined) return undefined;
  const { id, tool, items, durationMs, error, reason } = step;
  const said = { ...HAPPENED, ...(items === undefined ? {} : HAPPENED_TO_ITEMS) }[type];
  const facts = [
    ...(type === "step.started" ? [tool] : []),
    ...(type === "step.progress" && items !== undefined ? [progressOf(items)] : []),
    ...(durationMs === undefined || type === "step.started"
      ? []
      : [`in ${formatDuration(durationMs)}`]),
    ...(error === undefined ? [] : [`(${error.code}: ${error.message})`]),
    ...(reason === undefined ? [] : [`(${reason})`]),
  ];
  return truncate(singleLine([`${id}:`, said, ...facts].join(" ")), MAX_LINE);
}

const HAPPENED: Readonly<Record<string, string>> = {
  "step.started": "calls",
  "step.retried": "tries again",
  "step.progress": "goes on",
  "step.succeeded": "succeeded",
  "step.cached": "was answered from what is known",
  "step.failed": "failed",
  "step.skipped": "is skipped",
  "step.cancelled": "was cancelled",
  "step.compensated": "was undone",
};

const HAPPENED_TO_ITEMS: Readonly<Record<string, string>> = {
  "step.started": "calls for each item",
  "step.progress": "has done",
};

function about({ tool, startedMs, items, attempts }: RunningStep, nowMs: number): string {
  const parts = [
    formatDuration(Math.max(0, nowMs - startedMs)),
    tool,
    ...(items === undefined ? [] : [progressOf(items)]),
    ...(items === undefined && attempts > 1 ? [`attempt ${attempts}`] : []),
  ];
  return parts.join("  ");
}

function progressOf(items: NonNullable<RunningStep["items"]>): string {
  const { total, succeeded, failed } = items;
  const ended = `${formatCount(succeeded + failed)} of ${countOf(total, "item")}`;
  return failed > 0 ? `${ended} (${formatCount(failed)} failed)` : ended;
}
