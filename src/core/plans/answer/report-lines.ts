import type { PlanProblem } from "../../../kernel/errors.ts";
import type { CompensationReport, PlanReport, StepReport } from "../plan-report.ts";

/** Lines told of one plan; the rest are counted. */
const MAX_LINES = 50;

/**
 * What did not go as written: the plan's own failure, what could not be undone, and each other step
 * that did not simply succeed, a line each.
 */
export function reportLines({ error, steps }: PlanReport): string[] {
  const whole = error === undefined ? [] : [`- the plan: ${error.code}: ${error.message}`];
  const told = steps.filter(wentOtherwise);
  const first = told.filter(isLeftDone);
  const others = told.filter((step) => !isLeftDone(step));
  return bounded([...whole, ...[...first, ...others].map(stepLine)]);
}

/** Whether there is something to tell of a step beside its value. */
export function wentOtherwise({ status, fallback, items, compensation }: StepReport): boolean {
  if (status !== "succeeded") return true;
  return fallback !== undefined || compensation !== undefined || (items?.failed ?? 0) > 0;
}

/** Problems of a plan, a line each: step, pointer, code, message. */
export function problemLines(problems: readonly PlanProblem[]): string[] {
  return bounded(
    problems.map(({ severity, step, path, code, message }) => {
      const place = [step === undefined ? "" : `step ${step}`, path].filter(Boolean).join(" ");
      const weight = severity === "warning" ? " (warning)" : "";
      return `- ${place === "" ? "plan" : place}: ${code}${weight}: ${message}`;
    }),
  );
}

function stepLine(step: StepReport): string {
  const { id, tool, status, error, reason, items, fallback, compensation } = step;
  const why = error === undefined ? reason : `${error.code}: ${error.message}`;
  const facts = [
    `${id} (${tool}) ${status}${why === undefined ? "" : `: ${why}`}`,
    ...(items === undefined ? [] : [`${items.failed} of ${items.total} items failed`]),
    ...(fallback === undefined ? [] : [`its value is ${fallbackText(fallback)}`]),
    ...(compensation === undefined ? [] : [undoingText(compensation)]),
  ];
  return `- ${facts.join("; ")}`;
}

function isLeftDone({ compensation }: StepReport): boolean {
  return compensation?.status === "failed";
}

function undoingText({ tool, error }: CompensationReport): string {
  if (error === undefined) return `undone by ${tool}`;
  return `NOT UNDONE: ${tool} failed: ${error.code}: ${error.message}`;
}

function fallbackText(fallback: NonNullable<StepReport["fallback"]>): string {
  return fallback === "value" ? "its fallbackValue" : `that of ${fallback.step}`;
}

function bounded(lines: readonly string[]): string[] {
  if (lines.length <= MAX_LINES) return [...lines];
  return [...lines.slice(0, MAX_LINES), `- and ${lines.length - MAX_LINES} more`];
}
