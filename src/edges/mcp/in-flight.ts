import { childCancellation, type Cancellation } from "../../kernel/abort.ts";
import { GatewayError } from "../../kernel/errors.ts";
import { isJsonObject } from "../../kernel/json.ts";
import type { Frame, RpcId } from "../../mcp/frame.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import { rpcError, type Answer } from "./answer.ts";

/** The requests of one session or socket that are under way, so that they can be cancelled by id. */
export interface InFlight {
  readonly size: number;
  /** Runs a request under its id; refused when too many run or the id is in use. */
  run(
    id: RpcId,
    parent: Cancellation | undefined,
    work: (signal: Cancellation) => Promise<Answer>,
  ): Promise<Answer>;
  /** Cancels one request; unknown ids are ignored, as the specification asks. */
  cancel(id: RpcId): void;
  cancelAll(): void;
}

/** Makes an empty set of at most `limit` requests. */
export function createInFlight(limit: number): InFlight {
  const running = new Map<RpcId, (reason: unknown) => void>();
  return {
    get size() {
      return running.size;
    },
    async run(id, parent, work) {
      if (running.has(id)) {
        return rpcError(RPC.invalidRequest, `a request with id ${JSON.stringify(id)} is under way`);
      }
      if (running.size >= limit) {
        return rpcError(
          RPC.internalError,
          `more than ${limit} requests are under way; wait for some`,
        );
      }
      const abort = childCancellation(parent);
      running.set(id, abort.abort);
      try {
        return await work(abort.signal);
      } finally {
        running.delete(id);
        abort[Symbol.dispose]();
      }
    },
    cancel(id) {
      running.get(id)?.(cancelled());
    },
    cancelAll() {
      for (const abort of running.values()) abort(cancelled());
    },
  };
}

/** The reason a caller's cancellation aborts with. */
export function cancelled(): GatewayError<"cancelled"> {
  return new GatewayError("cancelled", "The caller cancelled the request.", {});
}

/** The request that a `notifications/cancelled` names; `undefined` when it names none. */
export function readCancelledId(
  frame: Extract<Frame, { kind: "notification" }>,
): RpcId | undefined {
  const params = frame.params?.value();
  const id = isJsonObject(params) ? params["requestId"] : undefined;
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}
