import { planCheckAnswerSchema, planSchema } from "../../../contract/index.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { readMembers } from "../json-body.ts";
import { knowTools } from "../plans/know-tools.ts";

/** What is wrong with a plan, and how it would run. */
export function checkPlan({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/plans/check",
      operationId: "checkPlan",
      tag: "plans",
      summary: "Check a plan without running it",
      description: "Tells all problems at once; a plan that could not run is answered 200, too.",
      access: "agent",
      body: planSchema,
      rawBody: true,
      takesYaml: true,
      answers: {
        200: { description: "Problems, order and estimate.", schema: planCheckAnswerSchema },
      },
      failures: [],
    },
    async (exchange) => {
      const { body, principal } = exchange;
      readMembers(body);
      await knowTools(gateway, exchange);
      return gateway.plans.check({ plan: rawJson(body), principal });
    },
  );
}
