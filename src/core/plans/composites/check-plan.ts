import type { PlanProblem } from "../../../kernel/errors.ts";
import type { Principal } from "../../access/index.ts";
import { problemLines } from "../answer/report-lines.ts";
import type { PlanCheckRequest, Plans } from "../plans.ts";

/** What keeps a plan from running; never empty. */
export interface PlanErrors {
  readonly problems: readonly PlanProblem[];
}

/** Somebody who may use every tool: what fails for it fails for everybody. */
const ANYBODY: Principal = {
  id: "composites",
  tenant: "default",
  role: "admin",
  rules: { allow: [], deny: [] },
};

/** What keeps a composite's plan from running, whoever calls it; `undefined` when nothing does. */
export function checkPlan(
  request: Omit<PlanCheckRequest, "principal"> & { readonly principal?: Principal },
  plans: Pick<Plans, "check">,
): PlanErrors | undefined {
  const { problems } = plans.check({ principal: ANYBODY, ...request });
  const errors = problems.filter(({ severity }) => severity === "error");
  const counted = request.input === undefined ? errors.filter(isOfPlan) : errors;
  return counted.length === 0 ? undefined : { problems: counted };
}

/** Without a caller's arguments nothing can be said of how they fit. */
function isOfPlan({ code }: PlanProblem): boolean {
  return code !== "invalid-input";
}

/** The first of them in one line, and how many more there are. */
export function problemInOneLine({ problems }: PlanErrors): string {
  const [first = ""] = problemLines(problems.slice(0, 1));
  const more = problems.length - 1;
  return `${first.slice(2)}${more === 0 ? "" : ` (and ${more} more)`}`.replaceAll(/\s+/g, " ");
}
