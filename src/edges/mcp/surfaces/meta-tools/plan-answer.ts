import {
  problemLines,
  reportLines,
  reportValue,
  valueText,
  wentOtherwise,
  type PlanCheck,
  type PlanReport,
  type StepReport,
} from "../../../../core/plans/index.ts";
import { toRawJson } from "../../../../kernel/raw-json.ts";
import { withMembers } from "../../../../mcp/splice.ts";
import { resultOf, type Answer } from "../../answer.ts";

/** A plan that has ended: what it gave, then what did not go as written; the same for programs. */
export function reportAnswer(report: PlanReport): Answer {
  const { id, status, error, output } = report;
  const value = reportValue(report);
  const hasFailed = status === "failed" || status === "cancelled";
  const facts = toRawJson({ plan: id, status, ...(error === undefined ? {} : { error }) });
  const structuredContent = withMembers(facts.bytes, {
    [output === undefined ? "values" : "output"]: value.bytes,
    steps: JSON.stringify(countByStatus(report.steps)),
    remarks: JSON.stringify(report.steps.filter(wentOtherwise).map(remark)),
  });
  const lines = reportLines(report);
  const notes = hasFailed || lines.length > 0 ? [`The plan ${ENDED_HOW[status]}.`, ...lines] : [];
  const text = [valueText(value), notes.join("\n")].filter((part) => part !== "").join("\n\n");
  const head = toRawJson({
    content: [{ type: "text", text }],
    ...(hasFailed ? { isError: true } : {}),
  });
  return { kind: "result", body: withMembers(head.bytes, { structuredContent }) };
}

/** Steps of the longest chain that are named to a reader. */
const MAX_CHAIN = 20;

const ENDED_HOW = {
  running: "is running",
  succeeded: "succeeded",
  partial: "succeeded in part",
  failed: "failed",
  cancelled: "was cancelled",
} as const satisfies Record<PlanReport["status"], string>;

function countByStatus(steps: readonly StepReport[]): Record<string, number> {
  const counts: Record<string, number> = { total: steps.length };
  for (const { status } of steps) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** A step that did not simply succeed, without its value, which stands elsewhere. */
function remark(step: StepReport): object {
  return { ...step, value: undefined };
}

/** What a dry run found, for readers and for programs. */
export function checkAnswer(check: PlanCheck): Answer {
  return resultOf({
    content: [{ type: "text", text: checkText(check) }],
    structuredContent: check,
  });
}

function checkText({ ok, problems, steps, criticalPath, estimateMs }: PlanCheck): string {
  const count = `${steps.length} step${steps.length === 1 ? "" : "s"}`;
  const chain = criticalPath.slice(0, MAX_CHAIN).join(" → ");
  const more = criticalPath.length > MAX_CHAIN ? " → …" : "";
  const head = ok
    ? `The plan can run: ${count}, about ${Math.round(estimateMs)} ms. Longest chain: ${chain}${more}.`
    : `The plan cannot run; ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:`;
  return [head, ...problemLines(problems)].join("\n");
}
