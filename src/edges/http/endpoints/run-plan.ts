import {
  planAnswerSchema,
  planEventSchema,
  planSchema,
  runPlanQuerySchema,
} from "../../../contract/index.ts";
import type { PlanReport, PlanRun } from "../../../core/plans/index.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { Answer } from "../answer.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint, type Exchange } from "../endpoint.ts";
import { readIdempotencyKey, type KeyedAnswer } from "../idempotency.ts";
import { readMembers } from "../json-body.ts";
import {
  planLocation,
  tellPlan,
  toFinishedEvent,
  toPlanAnswer,
  type PlanAudience,
} from "../plans/present-plan.ts";
import { knowTools } from "../plans/know-tools.ts";
import { finishStream } from "../stream-answer.ts";

const DESCRIPTION = {
  method: "POST",
  path: "/v1/plans",
  operationId: "runPlan",
  tag: "plans",
  summary: "Run a plan",
  description:
    "The body is the plan itself, with its input. It is checked first; one with errors runs nothing. " +
    "Steps run as soon as what they read is there. Closing the connection cancels the plan, unless it " +
    "is detached or has an Idempotency-Key.",
  access: "agent",
  query: runPlanQuerySchema,
  body: planSchema,
  rawBody: true,
  takesYaml: true,
  headers: {
    "Idempotency-Key":
      "1–255 characters. A second request with the same key and plan gets the first one's answer for " +
      "24 hours (header `idempotent-replayed: true`); with another plan it is refused.",
    traceparent: "The caller's trace (W3C Trace Context).",
  },
  answers: {
    200: {
      description: "How it went, also when it failed.",
      schema: planAnswerSchema,
      stream:
        "Each event of the plan, numbered and named by its type; `plan.finished` comes last and holds " +
        "the whole answer.",
      streamSchema: planEventSchema,
    },
    202: {
      description: "Detached: as it is now; `Location` says where to ask.",
      schema: planAnswerSchema,
    },
  },
  failures: ["invalid-plan", "rate-limited", "server-unavailable", "idempotency-conflict"],
} as const;

type RunExchange = Exchange<typeof DESCRIPTION>;

/** Runs a plan; the answer's values are the bytes that the tools gave. */
export function runPlan(context: EdgeContext): Endpoint {
  return endpoint(DESCRIPTION, async (exchange) => {
    readMembers(exchange.body);
    await knowTools(context.gateway, exchange);
    if (exchange.wantsEvents) return streamed(context, exchange);
    const { status, headers, body } = await answerOf(context, exchange);
    return exchange.reply.code(status).headers(headers).send(body);
  });
}

function answerOf(
  context: EdgeContext,
  exchange: RunExchange,
  onStart?: (run: PlanRun) => void,
): Promise<Answer> {
  const { body, headers, principal, query } = exchange;
  return context.idempotency.run(
    {
      key: readIdempotencyKey(headers["idempotency-key"]),
      principal,
      fingerprint: [DESCRIPTION.path, body, JSON.stringify(query)],
    },
    exchange.gone(),
    (signal) => runOnce(context, exchange, { signal, onStart }),
  );
}

async function runOnce(
  context: EdgeContext,
  exchange: RunExchange,
  { signal, onStart }: { signal: AbortSignal; onStart?: ((run: PlanRun) => void) | undefined },
): Promise<KeyedAnswer> {
  const { body, principal, query, traceId, wantsEvents } = exchange;
  const { detach, timeoutMs } = query;
  const plan = rawJson(body);
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const request = { plan, principal, traceId, detach, ...limit };
  const run = context.gateway.plans.start(request, signal);
  onStart?.(run);
  const isLeft = detach && !wantsEvents;
  const report = isLeft ? run.report() : await run.ended;
  const answer = toPlanAnswer(report, audienceOf(context, exchange), isLeft ? 202 : 200);
  const headers = { ...answer.headers, location: planLocation(run) };
  return { answer: { ...answer, headers }, keep: isLeft || mayHaveHappened(report) };
}

/** Whether a repeated request should get this answer again: not if no server has seen anything of it. */
function mayHaveHappened({ status, steps }: PlanReport): boolean {
  return status === "succeeded" || steps.some(({ attempts }) => attempts > 0);
}

async function streamed(context: EdgeContext, exchange: RunExchange): Promise<unknown> {
  const { reply, traceId } = exchange;
  const begun: PlanRun[] = [];
  const answering = answerOf(context, exchange, (run) => begun.push(run));
  const [run] = begun;
  // What does not begin at once is refused, which is a plain problem, or was answered before.
  if (run === undefined) await answering;
  else reply.header("location", planLocation(run));
  const stream = exchange.openEvents();
  const audience = { ...audienceOf(context, exchange), afterId: 0 };
  const finished = run && tellPlan(run, stream, audience);
  const { operationId: operation } = DESCRIPTION;
  await finishStream(stream, { operation, traceId, log: context.gateway.log }, async () => {
    const [event, answer] = await Promise.all([finished, answering]);
    return { answer, last: toFinishedEvent(event, answer) };
  });
  return reply;
}

function audienceOf({ gateway }: EdgeContext, { principal, query }: RunExchange): PlanAudience {
  return { results: gateway.results, principal, wanted: query.values };
}
