import { callAnswerSchema, callRequestSchema } from "../../../contract/index.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import { logBug } from "../answer-problems.ts";
import type { Answer } from "../answer.ts";
import { mayHaveHappened, toCallAnswer } from "../call-answer.ts";
import { fingerprintParts, readCallBody, type CallBody } from "../call-body.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint, type Exchange } from "../endpoint.ts";
import { readIdempotencyKey, type KeyedAnswer } from "../idempotency.ts";
import { finishStream } from "../stream-answer.ts";

const DESCRIPTION = {
  method: "POST",
  path: "/v1/tools/{id}/call",
  operationId: "callTool",
  tag: "tools",
  summary: "Call a tool",
  description:
    "Relays the arguments and the result byte for byte. Closing the connection cancels the call, " +
    "unless it has an Idempotency-Key: then it runs on, so that a retry finds its answer.",
  access: "agent",
  body: callRequestSchema,
  rawBody: true,
  headers: {
    "Idempotency-Key":
      "1–255 characters. A second call with the same key, tool and arguments gets the first one's " +
      "answer for 24 hours (header `idempotent-replayed: true`); with others it is refused.",
    traceparent: "The caller's trace (W3C Trace Context).",
  },
  answers: {
    200: {
      description: "What the tool answered, also when it says `isError`.",
      schema: callAnswerSchema,
      stream:
        "Events `progress` (the upstream's progress params), then one `result` (as the JSON answer) " +
        "or `error` (as a problem).",
    },
  },
  failures: [
    "unknown-tool",
    "invalid-arguments",
    "rate-limited",
    "circuit-open",
    "server-unavailable",
    "needs-auth",
    "input-required",
    "idempotency-conflict",
    "deadline-exceeded",
    "upstream-protocol",
    "cancelled",
  ],
} as const;

type CallExchange = Exchange<typeof DESCRIPTION>;

/** A call to be made: what the body and the headers ask for. */
interface Asked {
  readonly body: CallBody;
  readonly key: string | undefined;
}

/** The hot path: no schema runs over the result, which goes out as the upstream's bytes. */
export function callTool(context: EdgeContext): Endpoint {
  return endpoint(DESCRIPTION, async (exchange) => {
    const { headers, reply } = exchange;
    const asked: Asked = {
      body: readCallBody(exchange.body),
      key: readIdempotencyKey(headers["idempotency-key"]),
    };
    if (exchange.wantsEvents) return streamed(context, exchange, asked);
    const answer = await answerOf(context, exchange, { ...asked, signal: exchange.gone() });
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
}

interface Run extends Asked {
  readonly signal: AbortSignal;
  readonly onProgress?: (params: RawJson) => void;
}

function answerOf(context: EdgeContext, exchange: CallExchange, run: Run): Promise<Answer> {
  const { key, body } = run;
  const { principal, params } = exchange;
  return context.idempotency.run(
    { key, principal, fingerprint: fingerprintParts(params.id, body) },
    run.signal,
    (signal) => callOnce(context, exchange, { ...run, signal }),
  );
}

async function callOnce(
  { gateway }: EdgeContext,
  { params, principal, traceId }: CallExchange,
  { body, signal, onProgress }: Run,
): Promise<KeyedAnswer> {
  const outcome = await gateway.calls.call(
    {
      ...body,
      principal,
      tool: params.id,
      traceId,
      ...(onProgress === undefined ? {} : { onProgress }),
    },
    signal,
  );
  if (outcome.kind === "failure") {
    logBug(outcome.error, { traceId, operation: DESCRIPTION.operationId }, gateway.log);
  }
  const answer = toCallAnswer(outcome, { results: gateway.results, principal });
  return { answer, keep: mayHaveHappened(outcome) };
}

async function streamed(
  context: EdgeContext,
  exchange: CallExchange,
  asked: Asked,
): Promise<unknown> {
  const { reply, traceId } = exchange;
  const signal = exchange.gone();
  const stream = exchange.openEvents();
  const onProgress = (params: RawJson): void => stream.send("progress", params.bytes);
  const { log } = context.gateway;
  await finishStream(stream, { operation: DESCRIPTION.operationId, traceId, log }, async () => ({
    answer: await answerOf(context, exchange, { ...asked, signal, onProgress }),
  }));
  return reply;
}
