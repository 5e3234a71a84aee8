import { asBuffer } from "../../../kernel/as-buffer.ts";
import type { ErrorCode } from "../../../kernel/errors.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { encodeCall, encodeError, encodeResponse } from "../../../mcp/encode.ts";
import type { RpcId } from "../../../mcp/frame.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import type { Answer } from "../answer.ts";
import type { Reply } from "../incoming.ts";
import { PROBLEM_TYPE } from "../problem.ts";

/** Any failure that JSON-RPC has no code of its own for; `data.code` tells which. */
const SERVER_ERROR = -32_000;

const RPC_CODES: Readonly<Partial<Record<ErrorCode, number>>> = {
  "unknown-route": RPC.methodNotFound,
  "invalid-request": RPC.invalidParams,
  "invalid-arguments": RPC.invalidParams,
  "invalid-plan": RPC.invalidParams,
  internal: RPC.internalError,
};

/** A reply that keeps what it is told until it is sent. */
export interface SocketReply extends Reply {
  /** The answer, from what an endpoint's handler gave back: the reply itself, or a JSON value. */
  toAnswer(given: unknown): Answer;
}

/** Makes an empty reply. */
export function createSocketReply(): SocketReply {
  let status = 200;
  let sent: Uint8Array | string | object | undefined;
  const headers: Record<string, string> = {};
  const reply: SocketReply = {
    code(value) {
      status = value;
      return reply;
    },
    header(name, value) {
      headers[name.toLowerCase()] = value;
      return reply;
    },
    headers(values) {
      for (const [name, value] of Object.entries(values)) reply.header(name, value);
      return reply;
    },
    send(body) {
      sent = body;
      return reply;
    },
    toAnswer(given) {
      const value = given === reply ? sent : given;
      return { status, headers, body: toJson(value, headers["content-type"] ?? "") };
    },
  };
  return reply;
}

/** What is sent, as JSON: a text that is none becomes a string, nothing becomes null. */
function toJson(value: unknown, contentType: string): Buffer {
  if (value instanceof Uint8Array) return asBuffer(value);
  if (typeof value === "string" && contentType.startsWith("application/json")) {
    return Buffer.from(value);
  }
  return Buffer.from(JSON.stringify(value ?? null));
}

/** Writes an answer as JSON-RPC: a problem becomes an error whose data it is, all else a result. */
export function encodeAnswer(id: RpcId, { headers, body }: Answer): Buffer {
  if (headers["content-type"] !== PROBLEM_TYPE) return encodeResponse(id, body);
  const data = rawJson(body);
  const { code, detail } = data.value() as { readonly code: ErrorCode; readonly detail: string };
  return encodeError(id, { code: RPC_CODES[code] ?? SERVER_ERROR, message: detail, data });
}

/** Writes an event of a request that is under way. */
export function encodeEvent(id: RpcId, event: string, data?: Uint8Array | string): Buffer {
  const head = `{"id":${JSON.stringify(id)},"event":${JSON.stringify(event)}`;
  const params =
    data === undefined
      ? Buffer.from(`${head}}`)
      : Buffer.concat([
          Buffer.from(`${head},"data":`),
          typeof data === "string" ? Buffer.from(data) : data,
          Buffer.from("}"),
        ]);
  return encodeCall({ method: "event", params: rawJson(params) });
}
