import { MODERN_REVISION } from "../../../mcp/revisions.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import type { Principal } from "../../../core/access/index.ts";
import { rpcError } from "../answer.ts";
import type { Responder } from "../responder.ts";
import {
  acknowledgedFrame,
  readListenFilter,
  subscriptionEndFrame,
  toolsChangedFrame,
} from "../subscription-frames.ts";
import type { Surface } from "../surface.ts";
import { respond, sendAnswer, type Exchange } from "./exchange.ts";
import { checkModernHeaders } from "./headers.ts";
import { openSseStream } from "./sse-stream.ts";

/** Answers modern requests, each on its own; keeps the open subscriptions. */
export interface ModernHttp extends Disposable {
  serve(exchange: Exchange, surface: Surface, principal: Principal): unknown;
}

/** Makes the modern side of the MCP routes; disposing ends its subscriptions. */
export function createModernHttp(options: {
  readonly maxSubscriptions: number;
  readonly responder: Responder;
}): ModernHttp {
  const { responder } = options;
  const subscriptions = new Set<() => void>();

  function listen(exchange: Exchange, surface: Surface): unknown {
    const { frame, reply, limits } = exchange;
    const filter = readListenFilter(frame.params);
    if (filter === undefined) {
      const message = "params.notifications must be an object";
      return sendAnswer(exchange, frame.id, rpcError(RPC.invalidParams, message));
    }
    if (subscriptions.size >= options.maxSubscriptions) {
      const refusal = rpcError(RPC.internalError, "Subscription limit reached");
      return sendAnswer(exchange, frame.id, refusal);
    }
    reply.hijack();
    const stream = openSseStream(reply.raw, {
      ...limits,
      onClose() {
        changes[Symbol.dispose]();
        subscriptions.delete(end);
      },
    });
    const changes = surface.onToolsChanged(() => {
      if (filter.toolsListChanged) stream.send(toolsChangedFrame(frame.id));
    });
    const end = (): void => {
      stream.send(subscriptionEndFrame(frame.id, responder.identity));
      stream[Symbol.dispose]();
    };
    subscriptions.add(end);
    stream.send(acknowledgedFrame(frame.id, filter));
    if (!filter.toolsListChanged) end();
    return reply;
  }

  return {
    serve(exchange, surface, principal) {
      const { frame, fastify } = exchange;
      const mismatch = checkModernHeaders(fastify.headers, frame);
      if (mismatch !== undefined) return sendAnswer(exchange, frame.id, mismatch);
      if (frame.method === "subscriptions/listen") return listen(exchange, surface);
      const peer = { principal, era: "modern", revision: MODERN_REVISION } as const;
      return respond(exchange, (notify, signal) =>
        responder.answer({ frame, surface, peer, notify }, signal),
      );
    },
    [Symbol.dispose]() {
      for (const end of subscriptions) end();
    },
  };
}
