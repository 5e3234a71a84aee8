import type { FastifyReply, FastifyRequest } from "fastify";
import { isJsonObject } from "../../../kernel/json.ts";
import { Abort, type Cancellation } from "../../../kernel/abort.ts";
import type { Frame, RpcId } from "../../../mcp/frame.ts";
import { memberOf } from "../../../mcp/members-of.ts";
import { encodeAnswer, type Answer } from "../answer.ts";
import { cancelled } from "../in-flight.ts";
import { acceptsStream } from "./headers.ts";
import { openSseStream, type SseStream } from "./sse-stream.ts";

/** See `McpEdgeOptions`. */
export interface StreamLimits {
  readonly keepAliveMs: number;
  readonly maxBufferedBytes: number;
}

/** One POSTed request with its way back: a JSON body, or an event stream when it asked for progress. */
export interface Exchange {
  readonly fastify: FastifyRequest;
  readonly reply: FastifyReply;
  readonly frame: Extract<Frame, { kind: "request" }>;
  readonly limits: StreamLimits;
  /** For answers that carry headers, such as a new session's id. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Runs a request and answers it. When the client goes away, the request is cancelled; when somebody
 * else cancelled it, the response ends without a message.
 */
export async function respond(
  exchange: Exchange,
  run: (notify: (frame: Buffer) => void, signal: Cancellation) => Promise<Answer>,
): Promise<FastifyReply> {
  const { fastify, reply, frame } = exchange;
  const gone = new Abort();
  const onClose = (): void => {
    if (!reply.raw.writableFinished) gone.abort(cancelled());
  };
  reply.raw.once("close", onClose);
  if (wantsProgress(frame) && acceptsStream(fastify.headers)) {
    return respondAsStream(exchange, (notify) => run(notify, gone));
  }
  const answer = await run(() => undefined, gone);
  return sendAnswer(exchange, frame.id, answer);
}

/** Sends one answer as a JSON body. */
export function sendAnswer(
  exchange: Pick<Exchange, "reply" | "headers">,
  id: RpcId,
  answer: Answer,
): FastifyReply {
  const { reply } = exchange;
  const body = encodeAnswer(id, answer);
  if (body === undefined) return reply.code(202).send();
  if (exchange.headers !== undefined) reply.headers(exchange.headers);
  const status = answer.kind === "error" ? (answer.httpStatus ?? 200) : 200;
  return reply.code(status).header("content-type", "application/json").send(body);
}

async function respondAsStream(
  exchange: Exchange,
  run: (notify: (frame: Buffer) => void) => Promise<Answer>,
): Promise<FastifyReply> {
  const { reply, frame, limits } = exchange;
  reply.hijack();
  using stream: SseStream = openSseStream(reply.raw, {
    ...limits,
    ...(exchange.headers === undefined ? {} : { headers: exchange.headers }),
    onClose: () => undefined,
  });
  const body = encodeAnswer(frame.id, await run((notification) => stream.send(notification)));
  if (body !== undefined) stream.send(body);
  return reply;
}

function wantsProgress({ method, params }: Extract<Frame, { kind: "request" }>): boolean {
  if (method !== "tools/call") return false;
  const meta = memberOf(params, "_meta");
  return isJsonObject(meta) && Object.hasOwn(meta, "progressToken");
}
