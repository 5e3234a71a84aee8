import { toRawJson } from "../../kernel/raw-json.ts";
import { encodeError, encodeResponse } from "../../mcp/encode.ts";
import type { RpcError, RpcId } from "../../mcp/frame.ts";

/** What a request is answered with; `silent` for cancelled ones, which get no answer. */
export type Answer =
  | { readonly kind: "result"; readonly body: Uint8Array }
  | { readonly kind: "error"; readonly error: RpcError; readonly httpStatus?: number }
  | { readonly kind: "silent" };

/** A result made by the gateway itself. */
export function resultOf(value: unknown): Answer {
  return { kind: "result", body: toRawJson(value).bytes };
}

/** A JSON-RPC error; `httpStatus` is used where the transport is HTTP (default 200). */
export function rpcError(
  code: number,
  message: string,
  more: { data?: unknown; httpStatus?: number } = {},
): Answer {
  return {
    kind: "error",
    error: { code, message, ...(more.data === undefined ? {} : { data: toRawJson(more.data) }) },
    ...(more.httpStatus === undefined ? {} : { httpStatus: more.httpStatus }),
  };
}

/** The frame of an answer, or nothing for a silent one. */
export function encodeAnswer(id: RpcId, answer: Answer): Buffer | undefined {
  if (answer.kind === "silent") return undefined;
  if (answer.kind === "error") return encodeError(id, answer.error);
  return encodeResponse(id, answer.body);
}
