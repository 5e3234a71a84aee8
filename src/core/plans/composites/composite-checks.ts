import { GatewayError } from "../../../kernel/errors.ts";
import type { Principal } from "../../access/index.ts";
import type { Composite, CompositeDefinition, CompositeView } from "../composites.ts";
import type { Plans } from "../plans.ts";
import { checkPlan, problemInOneLine, type PlanErrors } from "./check-plan.ts";
import { newTrail } from "./composite-runner.ts";
import type { CompositeTools } from "./composite-tools.ts";

export interface CompositeChecksDeps {
  readonly tools: Pick<CompositeTools, "idOf">;
  readonly plans: Pick<Plans, "check">;
}

/** What holds of composites with the tools that there are now. */
export interface CompositeChecks {
  /** The composite with what keeps its plan from running, whoever calls it. */
  view(composite: Composite): CompositeView;
  /** @throws GatewayError `invalid-plan` with all that keeps the plan from running as the principal. */
  require(composite: CompositeDefinition, principal: Principal): void;
}

/** Makes the checks. */
export function createCompositeChecks({ tools, plans }: CompositeChecksDeps): CompositeChecks {
  function errorsOf({ name, plan }: CompositeDefinition, principal?: Principal) {
    const origin = { plan: "", step: "", within: [tools.idOf(name)], trail: newTrail() };
    return checkPlan({ plan, origin, ...(principal === undefined ? {} : { principal }) }, plans);
  }
  return {
    view(composite) {
      const errors = errorsOf(composite);
      const problem = errors === undefined ? {} : { problem: problemInOneLine(errors) };
      return { ...composite, tool: tools.idOf(composite.name), ...problem };
    },
    require(composite, principal) {
      const errors = errorsOf(composite, principal);
      if (errors !== undefined) throw brokenPlan(composite.name, errors);
    },
  };
}

function brokenPlan(name: string, { problems }: PlanErrors): GatewayError<"invalid-plan"> {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const message = `The plan of the composite ${name} has ${count}.`;
  return new GatewayError("invalid-plan", message, { problems });
}
