import { isOperator, type Principal } from "../../../core/access/index.ts";
import type { CompositeView } from "../../../core/plans/index.ts";

/** A composite as the principal may see it: what it is made of is for operators. */
export function presentComposite(view: CompositeView, principal: Principal): object {
  const { name, tool, description, source, problem, plan } = view;
  const shown = { name, tool, description };
  if (!isOperator(principal)) return shown;
  return { ...shown, source, problem, plan: plan.value() };
}
