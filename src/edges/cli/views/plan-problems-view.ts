import type { PlanProblem } from "../plans/answers.ts";
import type { TextPlace } from "../plans/locate.ts";
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
  const found = inOrder(problems.map((problem) => ({ problem, place: file.place(problem.path) })));
  const shown = found.slice(0, MAX_SHOWN).map(({ problem, place }) => {
    const { severity, step, code, message } = problem;
    const label = style(severity === "error" ? "red" : "yellow", severity);
    const where = step === undefined ? "" : ` in step ${singleLine(step)}`;
    const head = `${nameOf(problem, file.name, place)}: ${label}${where} ${style("dim", `(${code})`)}`;
    return `${head}\n${indented(singleLine(message), "  ", width)}`;
  });
  const more = problems.length - shown.length;
  if (more > 0) shown.push(`… and ${countOf(more, "more problem")}; --json tells all.`);
  return shown.join("\n");
}

/** How many problems of which kind there are; one that stands for those left out is none itself. */
export function countProblems(problems: readonly PlanProblem[]): string {
  const listed = problems.filter(({ code }) => code !== "more-problems");
  const errors = listed.filter(({ severity }) => severity === "error").length;
  const counts = [
    ...(errors > 0 ? [countOf(errors, "error")] : []),
    ...(listed.length > errors ? [countOf(listed.length - errors, "warning")] : []),
  ];
  return `${listed.length < problems.length ? "more than " : ""}${counts.join(", ")}`;
}

interface FoundProblem {
  readonly problem: PlanProblem;
  /** `undefined` in an input that was given beside the plan. */
  readonly place: TextPlace | undefined;
}

/** By line, those of the input last; the one that stands for those left out ends the list. */
function inOrder(found: readonly FoundProblem[]): readonly FoundProblem[] {
  const rank = ({ problem, place }: FoundProblem): number =>
    problem.code === "more-problems" ? Infinity : (place?.line ?? Number.MAX_VALUE);
  const columnOf = ({ place }: FoundProblem): number => place?.column ?? 0;
  return found.toSorted((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? columnOf(a) - columnOf(b) : first - second;
  });
}

function nameOf({ path }: PlanProblem, file: string, place: TextPlace | undefined): string {
  if (place === undefined) return `--input${path.slice("/input".length)}`;
  return `${file}:${place.line}:${place.column}`;
}
