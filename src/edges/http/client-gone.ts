import type { FastifyReply } from "fastify";
import { GatewayError } from "../../kernel/errors.ts";

/** A signal that aborts when the client leaves before its answer has been sent. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const { raw } = reply;
  const gone = new AbortController();
  raw.on("close", () => {
    if (raw.writableFinished) return;
    gone.abort(new GatewayError("cancelled", "The client closed the connection.", {}));
  });
  return gone.signal;
}
