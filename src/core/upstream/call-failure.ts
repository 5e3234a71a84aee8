import { GatewayError } from "../../kernel/errors.ts";
import type { RpcError } from "../../mcp/frame.ts";
import { LinkError } from "./link.ts";
import { RpcFailure } from "./rpc-failure.ts";
import type { ServerState } from "./upstreams.ts";

/** What a failure's message needs to know of the server it happened at. */
export interface FailureContext {
  readonly server: string;
  readonly state: ServerState;
  /** When trying again makes sense, in ms, unless the server named a time itself. */
  readonly retryAfterMs: number;
  /** Takes secrets out of messages. */
  readonly redact: (text: string) => string;
}

/**
 * Turns what a connection throws into the gateway's failures. A signal's reason, and what nobody
 * foresaw, pass unchanged.
 */
export function toCallFailure(error: unknown, context: FailureContext): unknown {
  if (error instanceof RpcFailure) return rpcFailure(error.error, context);
  return error instanceof LinkError ? linkFailure(error, context) : error;
}

function rpcFailure(error: RpcError, { server, redact }: FailureContext): GatewayError {
  const message = `Server ${server} answered with error ${error.code}: ${redact(error.message)}`;
  return new GatewayError("upstream-protocol", message, {
    server,
    rpcCode: error.code,
    ...(error.data === undefined ? {} : { rpcData: error.data }),
  });
}

function linkFailure(error: LinkError, context: FailureContext): GatewayError {
  const { server, redact } = context;
  const reason = redact(error.message);
  if (error.kind === "unauthorised") {
    const message = `Server ${server} wants other credentials: ${reason}`;
    return new GatewayError("needs-auth", message, { server, cause: error });
  }
  if (error.kind === "protocol") {
    const message = `Server ${server} broke the protocol: ${reason}`;
    return new GatewayError("upstream-protocol", message, { server, cause: error });
  }
  return new GatewayError("server-unavailable", `Server ${server} is unavailable: ${reason}`, {
    server,
    state: context.state,
    retryAfterMs: error.retryAfterMs ?? context.retryAfterMs,
    reached: error.reached,
    cause: error,
  });
}
