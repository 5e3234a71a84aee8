import type { PlanProblem } from "../plans/answers.ts";
import type { PlanFile } from "../plans/read-plan-file.ts";
import { countOf } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import type { Canvas } from "../text/table.ts";
import { indented } from "../text/wrap.ts";

const MAX_SHOWN = 100;

/** What is wrong with a plan: where in its file, in which step, what, and under which code. */
export function renderPlanProblems(
  problems: readonly PlanProblem[],
  file: Pick<PlanFile, "name" | "place">,
  { width, style }: Canvas,
): string {
  const shown = problems.slice(0, MAX_SHOWN).map((problem) => {
    const { severity, step, code, message } = problem;
    const label = style(severity === "error" ? "red" : "yellow", severity);
    const where = step === undefined ? "" : ` in step ${singleLine(step)}`;
    const head = `${placeOf(problem, file)}: ${label}${where} ${style("dim", `(${code})`)}`;
    return `${head}\n${indented(singleLine(message), "  ", width)}`;
  });
  const more = problems.length - shown.length;
  if (more > 0) shown.push(`… and ${countOf(more, "more problem")}; --json tells all.`);
  return shown.join("\n");
}

/** How many problems of which kind there are. */
export function countProblems(problems: readonly PlanProblem[]): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const counts = [
    ...(errors > 0 ? [countOf(errors, "error")] : []),
    ...(problems.length > errors ? [countOf(problems.length - errors, "warning")] : []),
  ];
  return counts.join(", ");
}

function placeOf({ path }: PlanProblem, { name, place }: Pick<PlanFile, "name" | "place">): string {
  const found = place(path);
  if (found === undefined) return `--input${path.slice("/input".length)}`;
  return `${name}:${found.line}:${found.column}`;
}
