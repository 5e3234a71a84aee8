import type { FastifyReply, FastifyRequest } from "fastify";
import type { Random } from "../../kernel/random.ts";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;
const NO_TRACE = "0".repeat(32);

/**
 * Gives the request the caller's trace (W3C `traceparent`), or a new one, and tells it in the answer
 * as `x-trace-id`; a caller with a trace is also answered `traceresponse`.
 */
export function followTrace(request: FastifyRequest, reply: FastifyReply, random: Random): void {
  const trace = readTraceparent(request.headers["traceparent"]);
  request.traceId = trace?.traceId ?? random.hex(16);
  if (trace !== undefined) {
    const { traceId, flags } = trace;
    reply.header("traceresponse", `00-${traceId}-${random.hex(8)}-${flags}`);
  }
  reply.header("x-trace-id", request.traceId);
}

/** What a `traceparent` says; `undefined` where there is none, or it is none. */
export function readTraceparent(
  traceparent: unknown,
): { readonly traceId: string; readonly flags: string } | undefined {
  if (typeof traceparent !== "string") return undefined;
  const [, traceId = NO_TRACE, , flags = ""] = TRACEPARENT.exec(traceparent) ?? [];
  return traceId === NO_TRACE ? undefined : { traceId, flags };
}
