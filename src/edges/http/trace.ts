import type { FastifyReply, FastifyRequest } from "fastify";
import type { Random } from "../../kernel/random.ts";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;
const NO_TRACE = "0".repeat(32);

/**
 * Gives the request the caller's trace (W3C `traceparent`), or a new one, and tells it in the answer
 * as `x-trace-id`; a caller with a trace is also answered `traceresponse`.
 */
export function followTrace(request: FastifyRequest, reply: FastifyReply, random: Random): void {
  const { traceparent } = request.headers;
  const match = typeof traceparent === "string" ? TRACEPARENT.exec(traceparent) : null;
  const [, traceId, , flags] = match ?? [];
  if (traceId === undefined || traceId === NO_TRACE) {
    request.traceId = random.hex(16);
  } else {
    request.traceId = traceId;
    reply.header("traceresponse", `00-${traceId}-${random.hex(8)}-${flags}`);
  }
  reply.header("x-trace-id", request.traceId);
}
