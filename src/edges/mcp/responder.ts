import type { Cancellation } from "../../kernel/abort.ts";
import { toGatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import { rpcError, type Answer } from "./answer.ts";
import { failureAnswer } from "./failure-answer.ts";
import { createMethods, type McpRequest, type ServerIdentity } from "./methods.ts";
import { inEra } from "./outcome-answer.ts";
import type { Peer } from "./surface.ts";

/** Answers requests of both eras; what nobody foresaw is logged and becomes -32603. */
export interface Responder {
  answer(request: McpRequest, signal: Cancellation): Promise<Answer>;
  initialize(request: McpRequest): { answer: Answer; revision: Peer["revision"] };
  readonly identity: ServerIdentity;
}

/** Makes the responder that all transports share. */
export function createResponder(identity: ServerIdentity, log: Logger): Responder {
  const methods = createMethods(identity);
  return {
    identity,
    initialize: methods.initialize,
    async answer(request, signal) {
      try {
        return await methods.answer(request, signal);
      } catch (error) {
        if (signal.aborted) return { kind: "silent" };
        const failure = toGatewayError(error);
        if (failure.code !== "internal") {
          return inEra(failureAnswer(failure, "direct"), request.peer.era);
        }
        log.error({ err: error, method: request.frame.method }, "An MCP request failed on a bug.");
        return rpcError(RPC.internalError, "Internal error");
      }
    },
  };
}
