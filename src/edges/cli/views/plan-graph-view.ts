import type { PlanCheckAnswer, PlannedStep } from "../plans/answers.ts";
import { layOutTree, type TreeRow } from "../plans/tree.ts";
import { truncate } from "../text/display-width.ts";
import { countOf, formatDuration } from "../text/quantities.ts";
import { renderTable, type Canvas, type Column } from "../text/table.ts";
import { wrap } from "../text/wrap.ts";

/** Steps that are named after the arrows of the critical path. */
const MAX_NAMED = 12;
/** Columns below which only what matters most is shown. */
const NARROW = 64;

/**
 * The order of a plan as a tree: each step below the one that it waits for longest, with its stage,
 * what it is expected to take, and which other steps it waits for.
 */
export function renderPlanGraph(check: PlanCheckAnswer, canvas: Canvas): string {
  const { steps, criticalPath, estimateMs } = check;
  const rows = layOutTree(steps, new Set(criticalPath));
  const table = renderTable(rows, columnsFor(rows, canvas.width), canvas);
  const stages = steps.reduce((most, { stage }) => Math.max(most, stage + 1), 0);
  const alone = steps.reduce((sum, step) => sum + step.estimateMs, 0);
  return [
    table,
    "",
    truncate(`* critical path: ${nameChain(criticalPath)}`, canvas.width),
    ...wrap(
      `${countOf(steps.length, "step")} in ${countOf(stages, "stage")}: about ` +
        `${formatDuration(estimateMs)}, one after another ${formatDuration(alone)}.`,
      canvas.width,
    ),
  ].join("\n");
}

function nameChain(ids: readonly string[]): string {
  if (ids.length <= MAX_NAMED) return ids.join(" → ");
  const first = ids.slice(0, MAX_NAMED - 1).join(" → ");
  return `${first} → … → ${ids.at(-1)} (${countOf(ids.length, "step")})`;
}

function columnsFor(rows: readonly TreeRow[], width: number): Column<TreeRow>[] {
  if (width < NARROW) return [MARK, STEP, TOOL, ABOUT];
  const writes = rows.some(({ step }) => step?.mayWrite === true);
  const joins = rows.some(({ alsoAfter }) => alsoAfter.length > 0);
  return [STAGE, MARK, STEP, TOOL, ABOUT, ...(writes ? [WRITES] : []), ...(joins ? [ALSO] : [])];
}

const of =
  (value: (step: PlannedStep) => string): Column<TreeRow>["value"] =>
  ({ step }) =>
    step === undefined ? "" : value(step);

const STAGE: Column<TreeRow> = {
  title: "STAGE",
  value: of(({ stage }) => String(stage)),
  align: "right",
};
const MARK: Column<TreeRow> = {
  title: "",
  value: ({ isCritical }) => (isCritical ? "*" : ""),
  paint: () => "yellow",
};
const STEP: Column<TreeRow> = {
  title: "STEP",
  prefix: ({ branches }) => branches,
  value: ({ step, hidden }) => step?.id ?? `… ${countOf(hidden, "more step")}`,
  paint: ({ step, isCritical }) => (isCritical ? "yellow" : step === undefined ? "dim" : "cyan"),
};
const TOOL: Column<TreeRow> = { title: "TOOL", value: of(({ tool }) => tool), flexible: true };
const ABOUT: Column<TreeRow> = {
  title: "ABOUT",
  value: of(({ estimateMs }) => formatDuration(estimateMs)),
  align: "right",
};
const WRITES: Column<TreeRow> = {
  title: "WRITES",
  value: of(({ mayWrite }) => (mayWrite ? "maybe" : "")),
};
const ALSO: Column<TreeRow> = {
  title: "ALSO WAITS FOR",
  value: ({ alsoAfter }) => alsoAfter.join(", "),
  flexible: true,
};
