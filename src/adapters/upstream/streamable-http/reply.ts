import { FrameError, parseFrames, type Frame, type RpcId } from "../../../mcp/frame.ts";
import { LinkError, type LinkAnswer } from "../../../core/upstream/index.ts";
import { headerOf, httpFailure, mediaTypeOf } from "../http-failure.ts";
import type { HttpHead } from "../http-origin.ts";

/** A frame that answers a request. */
export type AnswerFrame = LinkAnswer["frame"];

/** What is known of the request that a reply belongs to. */
export interface ReplyContext {
  readonly id: RpcId;
  /** Whether the request named a session. */
  readonly hasSession: boolean;
  /** Takes messages that came beside the answer. */
  readonly onOther: (frame: Extract<Frame, { kind: "request" | "notification" }>) => void;
}

/**
 * Finds the answer in a reply that is no event stream.
 * @throws LinkError when there is none.
 */
export function readReply(head: HttpHead, body: Uint8Array, context: ReplyContext): LinkAnswer {
  const { status } = head;
  if (status === 401 || status === 403 || status === 429 || status === 503) {
    throw httpFailure(head, body);
  }
  const frame = isJson(head) ? findAnswer(body, context) : undefined;
  if (context.hasSession && isSessionLost(status, frame)) {
    throw new LinkError(
      "session-expired",
      `the server has forgotten the session (HTTP ${status})`,
      {
        reached: true,
        httpStatus: status,
      },
    );
  }
  if (frame !== undefined) return { frame, httpStatus: status };
  if (status < 200 || status >= 300) throw httpFailure(head, body);
  throw new LinkError("protocol", describeSuccess(head, body), { reached: true });
}

/**
 * Picks the answer to request `id` out of frames; an error without an id answers too, since the
 * reply can belong to no other request.
 */
export function pickAnswer(
  frames: readonly Frame[],
  context: ReplyContext,
): AnswerFrame | undefined {
  let answer: AnswerFrame | undefined;
  for (const frame of frames) {
    if (frame.kind === "request" || frame.kind === "notification") context.onOther(frame);
    else if (frame.id === null || String(frame.id) === String(context.id)) answer = frame;
  }
  return answer;
}

function findAnswer(body: Uint8Array, context: ReplyContext): AnswerFrame | undefined {
  try {
    return pickAnswer(parseFrames(body), context);
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}

/** 404 by the specification; many servers answer 400 with a word about the session. */
function isSessionLost(status: number, frame: AnswerFrame | undefined): boolean {
  if (status === 404) return frame?.kind !== "error" || frame.error.code !== -32601;
  return status === 400 && frame?.kind === "error" && /\bsession\b/i.test(frame.error.message);
}

function isJson(head: HttpHead): boolean {
  const type = mediaTypeOf(head);
  return type === "application/json" || type.endsWith("+json");
}

function describeSuccess(head: HttpHead, body: Uint8Array): string {
  const encoding = headerOf(head, "content-encoding");
  if (encoding !== undefined) return `the answer is encoded (${encoding}), which was not asked for`;
  if (body.length === 0) return `HTTP ${head.status} without an answer`;
  if (isJson(head)) return "the answer's body is no JSON-RPC answer to the request";
  return `the answer is of type ${mediaTypeOf(head) || "(none)"}, not JSON or an event stream`;
}
