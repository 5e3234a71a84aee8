import type { Cancellation } from "../../kernel/abort.ts";
import type { JsonObject } from "../../kernel/json.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Frame } from "../../mcp/frame.ts";
import { META } from "../../mcp/meta-keys.ts";
import { negotiateLegacy, REVISIONS } from "../../mcp/revisions.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import { withMembers } from "../../mcp/splice.ts";
import { resultOf, rpcError, type Answer } from "./answer.ts";
import type { Peer, Surface } from "./surface.ts";
import { readToolCall } from "./tool-call-params.ts";

/** How long a modern client may keep a tool list unless it hears of a change, in milliseconds. */
const LIST_TTL_MS = 60_000;

/** A request on its way to a surface. */
export interface McpRequest {
  readonly frame: Extract<Frame, { kind: "request" }>;
  readonly surface: Surface;
  readonly peer: Peer;
  /** Sends a notification that belongs to this request. */
  readonly notify: (frame: Buffer) => void;
}

/** Who the gateway says it is towards clients. */
export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
}

type Method = (request: McpRequest, signal: Cancellation) => Answer | Promise<Answer>;

/** The methods of both eras that answer on any transport. */
export function createMethods(identity: ServerIdentity): {
  answer(request: McpRequest, signal: Cancellation): Answer | Promise<Answer>;
  initialize(request: McpRequest): { answer: Answer; revision: Peer["revision"] };
} {
  const modern: Readonly<Record<string, Method>> = {
    "server/discover": (request) => discover(request, identity),
    "tools/list": listTools,
    "tools/call": callTool,
  };
  const legacy: Readonly<Record<string, Method>> = {
    ping: () => resultOf({}),
    "tools/list": listTools,
    "tools/call": callTool,
  };
  return {
    answer(request, signal) {
      const { era } = request.peer;
      const { method } = request.frame;
      const table = era === "modern" ? modern : legacy;
      const handler = Object.hasOwn(table, method) ? table[method] : undefined;
      if (handler === undefined) {
        const status = era === "modern" ? { httpStatus: 404 } : {};
        return rpcError(RPC.methodNotFound, `Method not found: ${method.slice(0, 100)}`, status);
      }
      return handler(request, signal);
    },
    initialize: (request) => initialize(request, identity),
  };
}

/** What both eras say of us. */
function capabilities(): JsonObject {
  return { tools: { listChanged: true } };
}

function initialize(
  request: McpRequest,
  identity: ServerIdentity,
): { answer: Answer; revision: Peer["revision"] } {
  const params = request.frame.params?.value();
  const requested = (params as JsonObject | undefined)?.["protocolVersion"];
  const revision = negotiateLegacy(requested);
  const instructions = request.surface.instructions(request.peer.principal);
  const answer = resultOf({
    protocolVersion: revision,
    capabilities: capabilities(),
    serverInfo: identity,
    ...(instructions === undefined ? {} : { instructions }),
  });
  return { answer, revision };
}

function discover(request: McpRequest, identity: ServerIdentity): Answer {
  const instructions = request.surface.instructions(request.peer.principal);
  return resultOf({
    resultType: "complete",
    supportedVersions: [...REVISIONS],
    capabilities: capabilities(),
    ...(instructions === undefined ? {} : { instructions }),
    ttlMs: LIST_TTL_MS,
    cacheScope: "private",
    _meta: { [META.serverInfo]: identity },
  });
}

function listTools(request: McpRequest): Answer {
  const cursor = (request.frame.params?.value() as JsonObject | undefined)?.["cursor"];
  if (cursor !== undefined && typeof cursor !== "string") {
    return rpcError(RPC.invalidParams, "params.cursor must be a string");
  }
  try {
    const page = request.surface.listTools(request.peer.principal, cursor);
    return { kind: "result", body: encodePage(page.tools, page.nextCursor, request.peer.era) };
  } catch (error) {
    if (error instanceof RangeError) return rpcError(RPC.invalidParams, error.message);
    throw error;
  }
}

function encodePage(
  tools: readonly Uint8Array[],
  nextCursor: string | undefined,
  era: Peer["era"],
): Uint8Array {
  const comma = Buffer.from(",");
  const parts: Uint8Array[] = [Buffer.from("[")];
  tools.forEach((tool, index) => {
    if (index > 0) parts.push(comma);
    parts.push(tool);
  });
  parts.push(Buffer.from("]"));
  return withMembers(Buffer.from("{}"), {
    tools: Buffer.concat(parts),
    ...(nextCursor === undefined ? {} : { nextCursor: JSON.stringify(nextCursor) }),
    ...(era === "legacy"
      ? {}
      : { resultType: '"complete"', ttlMs: String(LIST_TTL_MS), cacheScope: '"private"' }),
  });
}

function callTool(request: McpRequest, signal: Cancellation): Answer | Promise<Answer> {
  const call = readCall(request.frame.params, request.notify);
  if (call instanceof RangeError) return rpcError(RPC.invalidParams, call.message);
  return request.surface.callTool(call, request.peer, signal);
}

function readCall(
  params: RawJson | undefined,
  notify: (frame: Buffer) => void,
): ReturnType<typeof readToolCall> | RangeError {
  try {
    return readToolCall(params, notify);
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
