import {
  invalidRequest,
  planAnswerSchema,
  planEventSchema,
  showPlanQuerySchema,
} from "../../../contract/index.ts";
import type { PlanRun } from "../../../core/plans/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint, type Exchange } from "../endpoint.ts";
import { readLastEventId } from "../last-event-id.ts";
import {
  tellPlan,
  toFinishedEvent,
  toPlanAnswer,
  type PlanAudience,
} from "../plans/present-plan.ts";
import { finishStream } from "../stream-answer.ts";

const DESCRIPTION = {
  method: "GET",
  path: "/v1/plans/{id}",
  operationId: "showPlan",
  tag: "plans",
  summary: "Show how a plan is doing, or how it went",
  description:
    "Only the caller who began it can. With `Accept: text/event-stream` it is followed to its end; " +
    "with `Last-Event-ID` from the event after that one on. An event `gap` with `{after, next}` says " +
    "that some are no longer remembered. Leaving does not cancel the plan.",
  access: "agent",
  query: showPlanQuerySchema,
  headers: { "Last-Event-ID": "The id of the last event that the client has." },
  answers: {
    200: {
      description: "The plan as it is now.",
      schema: planAnswerSchema,
      stream: "As of `POST /v1/plans`.",
      streamSchema: planEventSchema,
    },
    204: { description: "It is over, and the client has its last event." },
  },
  failures: ["unknown-plan", "rate-limited"],
} as const;

type ShowExchange = Exchange<typeof DESCRIPTION>;

/** A plan under way or ended. */
export function showPlan(context: EdgeContext): Endpoint {
  const { gateway } = context;
  return endpoint(DESCRIPTION, (exchange) => {
    const { params, query, principal, reply, headers } = exchange;
    const run = gateway.plans.find(params.id, principal);
    const audience: PlanAudience = {
      results: gateway.results,
      principal,
      wanted: query.values,
      ...(query.steps === undefined ? {} : { steps: knownSteps(query.steps, run) }),
    };
    if (!exchange.wantsEvents) {
      const answer = toPlanAnswer(run.report(), audience);
      return reply.headers(answer.headers).send(answer.body);
    }
    const afterId = query.lastEventId ?? readLastEventId(headers) ?? 0;
    // Tells browsers' event sources not to come back.
    if (hasNothingAfter(run, afterId)) return reply.code(204).send();
    return follow(context, exchange, { run, audience: { ...audience, afterId } });
  });
}

async function follow(
  { gateway, eventStreams }: EdgeContext,
  { openEvents, reply, traceId }: ShowExchange,
  { run, audience }: { run: PlanRun; audience: PlanAudience & { readonly afterId: number } },
): Promise<unknown> {
  const stream = eventStreams.open(openEvents);
  const { operationId: operation } = DESCRIPTION;
  await finishStream(stream, { operation, traceId, log: gateway.log }, async () => {
    const event = await tellPlan(run, stream, audience);
    const answer = toPlanAnswer(event?.report ?? run.report(), audience);
    return { answer, last: toFinishedEvent(event, answer) };
  });
  return reply;
}

function hasNothingAfter(run: PlanRun, afterId: number): boolean {
  if (run.report().status === "running") return false;
  let isEmpty = true;
  run.follow(afterId, () => (isEmpty = false))[Symbol.dispose]();
  return isEmpty;
}

/** @throws GatewayError `invalid-request` naming those that the plan does not have. */
function knownSteps(ids: readonly string[], run: PlanRun): ReadonlySet<string> {
  const known = new Set(run.report().steps.map(({ id }) => id));
  const violations = ids.flatMap((id, index) =>
    known.has(id)
      ? []
      : [{ path: `/steps/${index}`, message: `the plan has no step ${JSON.stringify(id)}` }],
  );
  if (violations.length > 0) throw invalidRequest(violations);
  return new Set(ids);
}
