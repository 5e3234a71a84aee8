import type { PlanAnswer, StepAnswer } from "../plans/answers.ts";
import { displayWidth, padding, truncate } from "../text/display-width.ts";
import { countOf, formatDuration } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import type { Paint } from "../text/style.ts";
import type { Canvas } from "../text/table.ts";

const MAX_ROWS = 40;
const MAX_WIDTH = 160;
const MIN_BAR = 8;
const GAP = "  ";

interface Row {
  readonly id: string;
  readonly step: StepAnswer;
  readonly isCritical: boolean;
}

/**
 * When each step ran, as bars over the plan's time: one line a step, in the order in which they began,
 * the critical ones marked. Of large plans the steps that matter most are shown.
 */
export function renderTimeline(
  report: PlanAnswer,
  critical: ReadonlySet<string>,
  { width, style }: Canvas,
): string {
  const all = Object.entries(report.steps).map(([id, step]) => ({
    id,
    step,
    isCritical: critical.has(id),
  }));
  const rows = inOrder(all.length <= MAX_ROWS ? all : mostTelling(all));
  const took = rows.map(({ step }) =>
    step.durationMs === undefined ? "" : formatDuration(step.durationMs),
  );
  const remarks = rows.map(({ step }) => singleLine(remarkOn(step)));
  const widths = fit(
    { ids: widest(rows.map(({ id }) => id)), took: widest(took), remarks: widest(remarks) },
    Math.min(width, MAX_WIDTH),
  );
  const lines = rows.map((row, index) => {
    const { paint } = LOOKS[row.step.status];
    const cells = [
      row.isCritical ? style("yellow", "*") : " ",
      style(row.isCritical ? "yellow" : undefined, column(row.id, widths.ids)),
      ...(widths.bar === 0 ? [] : [style(paint, drawBar(row.step, report.wallMs, widths.bar))]),
      padding(took[index]!, widths.took) + took[index]!,
      style(paint === "green" ? "dim" : paint, truncate(remarks[index]!, widths.remarks)),
    ];
    return cells.join(GAP).replace(GAP, " ").trimEnd();
  });
  const hidden = all.length - rows.length;
  return [
    ...axis(report.wallMs, widths),
    ...lines,
    ...(hidden > 0 ? [`… and ${countOf(hidden, "more step")}`] : []),
  ].join("\n");
}

/** The ends of the time that the bars stand over. */
function axis(wallMs: number, { ids, bar }: { ids: number; bar: number }): readonly string[] {
  if (bar === 0) return [];
  const end = truncate(formatDuration(wallMs), bar - 1);
  return [`${" ".repeat(2 + ids + GAP.length)}0${padding(end, bar - 1)}${end}`];
}

/** How a step's bar looks in each of its states. */
const LOOKS = {
  pending: { fill: " ", paint: "dim" },
  running: { fill: "▒", paint: "cyan" },
  succeeded: { fill: "█", paint: "green" },
  failed: { fill: "░", paint: "red" },
  skipped: { fill: " ", paint: "dim" },
  cancelled: { fill: "░", paint: "yellow" },
  compensated: { fill: "▓", paint: "yellow" },
} as const satisfies Record<StepAnswer["status"], { fill: string; paint: Paint }>;

/** From how many columns down each part gives way; the bar takes what is left, or falls away. */
function fit(
  natural: { readonly ids: number; readonly took: number; readonly remarks: number },
  width: number,
): { ids: number; took: number; remarks: number; bar: number } {
  const { took } = natural;
  const ids = Math.min(natural.ids, Math.max(6, Math.floor(width / 4)));
  const remarks = Math.min(natural.remarks, Math.max(8, Math.floor(width / 3)));
  const bar = width - 2 - ids - took - remarks - 3 * GAP.length;
  if (bar >= MIN_BAR) return { ids, took, remarks, bar };
  return { ids, took, remarks: Math.max(1, width - 2 - ids - took - 2 * GAP.length), bar: 0 };
}

/** A step's time within the whole, at least one column of it. */
function drawBar(step: StepAnswer, wallMs: number, width: number): string {
  const { status, startedMs, durationMs } = step;
  if (startedMs === undefined) return " ".repeat(width);
  const scale = width / Math.max(wallMs, 1);
  const start = Math.min(width - 1, Math.floor(startedMs * scale));
  const lastMs = durationMs === undefined ? wallMs : startedMs + durationMs;
  const end = Math.min(width, Math.max(start + 1, Math.round(lastMs * scale)));
  return " ".repeat(start) + LOOKS[status].fill.repeat(end - start) + " ".repeat(width - end);
}

/** What is special about a step, in a few words; nothing for one that simply succeeded. */
function remarkOn({ status, reason, error, cache, items, fallback, attempts }: StepAnswer): string {
  const words: string[] = status === "succeeded" ? [] : [status];
  if (status !== "cancelled")
    words.push(...[error?.code, reason].filter((why) => why !== undefined));
  if (fallback !== undefined) {
    words.push(fallback === "value" ? "fallback value" : `fallback ${fallback.step}`);
  }
  if (items !== undefined) {
    const failed = items.failed > 0 ? `, ${items.failed} failed` : "";
    words.push(`${countOf(items.total, "item")}${failed}`);
  }
  if (cache !== undefined && CACHED.has(cache)) words.push(`cache ${cache}`);
  if (items === undefined && attempts > 1) words.push(countOf(attempts, "attempt"));
  return words.join(", ");
}

/** Answers that no call of the step's own had to bring. */
const CACHED: ReadonlySet<string> = /* @__PURE__ */ new Set(["l1", "l2", "l3", "coalesced"]);

const TELLING: Readonly<Record<StepAnswer["status"], number>> = {
  failed: 0,
  cancelled: 1,
  running: 1,
  compensated: 1,
  succeeded: 2,
  skipped: 3,
  pending: 3,
};

/** What went wrong, then the critical path, then the longest. */
function mostTelling(rows: readonly Row[]): readonly Row[] {
  const rank = ({ step, isCritical }: Row): number =>
    step.status === "failed" ? 0 : isCritical ? 1 : 1 + TELLING[step.status];
  const lasted = ({ step }: Row): number => step.durationMs ?? 0;
  const ranked = rows.toSorted((a, b) => rank(a) - rank(b) || lasted(b) - lasted(a));
  return ranked.slice(0, MAX_ROWS);
}

/** As they began; those that never did come last. */
function inOrder(rows: readonly Row[]): readonly Row[] {
  const began = ({ step }: Row): number => step.startedMs ?? Number.MAX_VALUE;
  return rows.toSorted((a, b) => began(a) - began(b));
}

function column(text: string, width: number): string {
  const shown = truncate(text, width);
  return shown + padding(shown, width);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, displayWidth(text)), 0);
}
