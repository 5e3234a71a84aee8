import { cancelPlanQuerySchema, planAnswerSchema } from "../../../contract/index.ts";
import type { PlanRun } from "../../../core/plans/index.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { toPlanAnswer } from "../plans/present-plan.ts";

/** How long the answer waits for the plan to end, in milliseconds; undoing steps can take longer. */
const WAIT_MS = 1_000;

/** Cancels a plan. */
export function cancelPlan({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "DELETE",
      path: "/v1/plans/{id}",
      operationId: "cancelPlan",
      tag: "plans",
      summary: "Cancel a plan",
      description:
        "Nothing more begins, and calls under way are cancelled at their servers. What had succeeded " +
        "stays in the report. Only the caller who began the plan can.",
      access: "agent",
      query: cancelPlanQuerySchema,
      answers: {
        200: { description: "It is over, now or since before.", schema: planAnswerSchema },
        202: { description: "It is ending: as it is now.", schema: planAnswerSchema },
      },
      failures: ["unknown-plan"],
    },
    async ({ params, query, principal, reply }) => {
      const run = gateway.plans.find(params.id, principal);
      run.cancel();
      await endOrTimeout(run, gateway.clock);
      const report = run.report();
      const status = report.status === "running" ? 202 : 200;
      const audience = { results: gateway.results, principal, wanted: query.values };
      const { headers, body } = toPlanAnswer(report, audience, status);
      return reply.code(status).headers(headers).send(body);
    },
  );
}

async function endOrTimeout(run: PlanRun, clock: Clock): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = clock.after(WAIT_MS, resolve);
    void run.ended.then(() => {
      timer[Symbol.dispose]();
      resolve();
    });
  });
}
