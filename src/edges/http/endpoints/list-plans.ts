import { planListSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** The caller's plans. */
export function listPlans({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/plans",
      operationId: "listPlans",
      tag: "plans",
      summary: "List your plans",
      description:
        "Those of the caller that are under way, and those that have ended and can still be read; " +
        "the newest first, at most 100.",
      access: "agent",
      answers: { 200: { description: "The plans.", schema: planListSchema } },
      failures: [],
    },
    ({ principal }) => ({ plans: gateway.plans.list(principal) }),
  );
}
