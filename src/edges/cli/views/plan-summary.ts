import type { PlanAnswer, StepAnswer } from "../plans/answers.ts";
import { truncate } from "../text/display-width.ts";
import { countOf, formatCount, formatDuration } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import type { Canvas } from "../text/table.ts";
import { indented } from "../text/wrap.ts";

/** Steps of one kind that are named; of more it is said how many. */
const MAX_NAMED = 10;
const MAX_MESSAGE = 500;
/** How much faster than one step after another a plan must be for it to be told. */
const TELLING_RATIO = 1.05;

const STATUS_LOOKS = {
  running: ["Still running", "cyan"],
  succeeded: ["Succeeded", "green"],
  partial: ["Partly succeeded", "yellow"],
  failed: ["Failed", "red"],
  cancelled: ["Cancelled", "yellow"],
} as const satisfies Record<PlanAnswer["status"], readonly [string, string]>;

/** How a plan went: what failed and why, what was undone, and how its time compares. */
export function renderPlanSummary(report: PlanAnswer, { width, style }: Canvas): string {
  const { status, error, steps } = report;
  const [label, paint] = STATUS_LOOKS[status];
  const entries = Object.entries(steps);
  const lines = [
    `${style(paint, label)} ${speedOf(report)}`,
    ...(error === undefined ? [] : [`${style("red", error.code)}: ${singleLine(error.message)}`]),
    ...named(entries, tellFailure),
    ...named(entries, tellUndoing),
    ...tellCancelled(entries),
    ...tellSkipped(entries),
  ];
  const [first = "", ...rest] = lines;
  return [first, ...rest.map((line) => indented(line, "  ", width))].join("\n");
}

/** Time against its two bounds: the critical path, and the steps one after another. */
function speedOf({ status, wallMs, criticalPathMs, steps }: PlanAnswer): string {
  const after = status === "running" ? "after" : "in";
  const aloneMs = Object.values(steps).reduce((sum, { durationMs = 0 }) => sum + durationMs, 0);
  const facts = [`${after} ${formatDuration(wallMs)}`];
  if (criticalPathMs > 0) facts.push(`critical path ${formatDuration(criticalPathMs)}`);
  const ratio = aloneMs / Math.max(wallMs, 1);
  if (ratio >= TELLING_RATIO) {
    const alone = `one step after another (${formatDuration(aloneMs)})`;
    facts.push(`${ratio.toFixed(1)}× as fast as ${alone}`);
  }
  return facts.join(" · ");
}

type Entry = readonly [id: string, step: StepAnswer];

function tellFailure([id, { status, error, fallback }]: Entry): string | undefined {
  if (error === undefined || status === "cancelled") return undefined;
  const instead =
    fallback === undefined
      ? ""
      : ` (${fallback === "value" ? "its fallback value" : fallback.step} stands in)`;
  return `${id} failed ${tellError(error)}${instead}`;
}

function tellUndoing([id, { compensation }]: Entry): string | undefined {
  if (compensation === undefined) return undefined;
  const { tool, status, error, durationMs } = compensation;
  if (status === "succeeded") return `${id} undone by ${tool} in ${formatDuration(durationMs)}`;
  const why = error === undefined ? "" : ` ${tellError(error)}`;
  return `${id} NOT UNDONE: ${tool} failed${why}`;
}

function tellError({ code, message }: NonNullable<StepAnswer["error"]>): string {
  return `(${code}): ${truncate(singleLine(message), MAX_MESSAGE)}`;
}

function named(
  entries: readonly Entry[],
  tell: (entry: Entry) => string | undefined,
): readonly string[] {
  return firstOf(entries.map(tell).filter((line) => line !== undefined));
}

function firstOf(told: readonly string[]): readonly string[] {
  const more = told.length - MAX_NAMED;
  return more <= 0 ? told : [...told.slice(0, MAX_NAMED), `… and ${formatCount(more)} more`];
}

const STOPPED: ReadonlySet<string> = /* @__PURE__ */ new Set(["cancelled", "pending"]);

function tellCancelled(entries: readonly Entry[]): readonly string[] {
  const ids = (is: (step: StepAnswer) => boolean): string[] =>
    entries.filter(([, step]) => is(step)).map(([id]) => id);
  const begun = ids(({ status, startedMs }) => status === "cancelled" && startedMs !== undefined);
  const unbegun = ids(({ status, startedMs }) => STOPPED.has(status) && startedMs === undefined);
  return [
    ...(begun.length === 0 ? [] : [`cancelled: ${listed(begun)}`]),
    ...(unbegun.length === 0 ? [] : [`not begun: ${listed(unbegun)}`]),
  ];
}

/** Why steps were skipped, in full: the timeline has no room for it. */
function tellSkipped(entries: readonly Entry[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const [id, { status, reason }] of entries) {
    if (status !== "skipped" || reason === undefined) continue;
    const ids = byReason.get(reason);
    if (ids === undefined) byReason.set(reason, [id]);
    else ids.push(id);
  }
  const told = [...byReason].map(
    ([reason, ids]) => `skipped: ${listed(ids)}: ${truncate(singleLine(reason), MAX_MESSAGE)}`,
  );
  return firstOf(told);
}

function listed(ids: readonly string[]): string {
  if (ids.length <= MAX_NAMED) return ids.join(", ");
  const more = countOf(ids.length - MAX_NAMED, "more step");
  return `${ids.slice(0, MAX_NAMED).join(", ")} and ${more}`;
}
