import type { FastifyReply } from "fastify";
import { GatewayError } from "../../kernel/errors.ts";
import { childAbort, type OwnedAbort } from "../../kernel/abort.ts";

/** A signal that aborts when the client leaves before its answer has been sent. Dispose it then. */
export function clientGone(reply: FastifyReply): OwnedAbort {
  const gone = childAbort();
  const onClose = (): void => {
    if (reply.raw.writableFinished) return;
    gone.abort(new GatewayError("cancelled", "The client closed the connection.", {}));
  };
  reply.raw.once("close", onClose);
  return {
    signal: gone.signal,
    abort: (reason) => gone.abort(reason),
    [Symbol.dispose]: () => void reply.raw.off("close", onClose),
  };
}
