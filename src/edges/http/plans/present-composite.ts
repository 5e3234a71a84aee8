import { isOperator, type Principal } from "../../../core/access/index.ts";
import type { CompositeView } from "../../../core/plans/index.ts";

/** A composite as the principal may see it: what it is made of is for operators. */
export function presentComposite(view: CompositeView, principal: Principal): object {
  const { name, tool, title, description, source, problem, plan, outputSchema } = view;
  const shown = { name, tool, ...(title === undefined ? {} : { title }), description };
  if (!isOperator(principal)) return shown;
  const output = outputSchema === undefined ? {} : { outputSchema: outputSchema.value() };
  return { ...shown, source, problem, plan: plan.value(), ...output };
}
