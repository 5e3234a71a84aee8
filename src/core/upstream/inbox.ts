import type { Logger } from "../../kernel/log.ts";
import { rawJson, toRawJson, type RawJson } from "../../kernel/raw-json.ts";
import type { Frame, RpcId } from "../../mcp/frame.ts";
import { objectMembers, parseSpan } from "../../mcp/json-scan.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import { withoutMembers } from "../../mcp/without-members.ts";
import type { Link, LinkHandlers } from "./link.ts";
import type { ProgressListener } from "./upstreams.ts";

/** Receives what a server sends of its own accord, from before the link is open. */
export interface Inbox {
  readonly handlers: LinkHandlers;
  /** Gives the link over which the server's requests are answered. */
  attach(link: Link): void;
  /** Who hears progress, by the token that the request carries. */
  readonly progress: Map<number, ProgressListener>;
  /** Hears that the tool list has changed. */
  onToolsChanged: (() => void) | undefined;
  /** Hears, at once if it has happened already, that the link is gone. */
  onClose(listener: (reason: Error) => void): void;
}

const TOOLS_CHANGED = "notifications/tools/list_changed";
const CHANGES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  TOOLS_CHANGED,
  "notifications/resources/list_changed",
  "notifications/resources/updated",
]);
const EMPTY_RESULT = /* @__PURE__ */ toRawJson({});
/** Answers to a server's requests that may be under way at once; what it asks beyond goes unanswered. */
const MAX_REPLIES = 64;

/**
 * Makes an inbox. `ping` is answered; every other request of a server is refused, as the gateway
 * declares no client capability.
 */
export function createInbox(deps: {
  readonly log: Logger;
  readonly onStderr: (line: string) => void;
  /** Hears that what the server holds, and so what its tools answer, has changed. */
  readonly onChanged: () => void;
}): Inbox {
  const progress = new Map<number, ProgressListener>();
  let link: Link | undefined;
  let closed: Error | undefined;
  let closeListener: ((reason: Error) => void) | undefined;
  let replies = 0;

  function reply(request: Extract<Frame, { kind: "request" }>): void {
    if (link === undefined || replies >= MAX_REPLIES) return;
    replies += 1;
    link
      .respond(answerTo(request))
      .catch((error: unknown) => deps.log.debug({ error }, "A server's request went unanswered."))
      .finally(() => (replies -= 1));
  }

  function take(
    frame: Extract<Frame, { kind: "request" | "notification" }>,
    request: RpcId | undefined,
  ): void {
    if (frame.kind === "request") reply(frame);
    else if (frame.method === "notifications/progress") routeProgress(progress, frame, request);
    else if (CHANGES.has(frame.method)) tellChanged(frame.method);
  }

  function tellChanged(method: string): void {
    deps.onChanged();
    if (method === TOOLS_CHANGED) inbox.onToolsChanged?.();
  }

  const inbox: Inbox = {
    progress,
    onToolsChanged: undefined,
    attach: (opened) => void (link = opened),
    onClose(listener) {
      closeListener = listener;
      if (closed !== undefined) listener(closed);
    },
    handlers: {
      onMessage(frame, request) {
        try {
          take(frame, request);
        } catch (error) {
          // A listener's failure must not reach the transport that reads for all.
          deps.log.error({ error }, "A server's message could not be handled.");
        }
      },
      onClose(reason) {
        closed = reason;
        closeListener?.(reason);
      },
      onStderr: deps.onStderr,
    },
  };
  return inbox;
}

function answerTo(
  request: Extract<Frame, { kind: "request" }>,
): Extract<Frame, { kind: "response" | "error" }> {
  if (request.method === "ping") return { kind: "response", id: request.id, result: EMPTY_RESULT };
  const message = `${request.method} is not supported: this client declared no such capability`;
  return { kind: "error", id: request.id, error: { code: RPC.methodNotFound, message } };
}

/** Servers may leave the token's type to chance; the request that a stream belongs to settles it. */
function routeProgress(
  progress: ReadonlyMap<number, ProgressListener>,
  frame: Extract<Frame, { kind: "notification" }>,
  request: RpcId | undefined,
): void {
  if (progress.size === 0 || frame.params === undefined) return;
  const token = readToken(frame.params) ?? request;
  const listener = progress.get(Number(token));
  if (listener === undefined) return;
  listener(withoutToken(frame.params));
}

function readToken(params: RawJson): unknown {
  const span = objectMembers(params.bytes).get("progressToken");
  return span && parseSpan(params.bytes, span);
}

function withoutToken(params: RawJson): RawJson {
  return rawJson(withoutMembers(params.bytes, (key) => key === "progressToken"));
}
