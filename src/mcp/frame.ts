import { rawJson, type RawJson } from "../kernel/raw-json.ts";
import { arrayItems, objectMembers, parseSpan, slice, type Span } from "./json-scan.ts";
import { RPC } from "./rpc-codes.ts";

/** A JSON-RPC id as MCP allows it. */
export type RpcId = string | number;

/** The error member of a JSON-RPC answer. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  /** As it came, when there was any. */
  readonly data?: RawJson;
}

const VERSION = /* @__PURE__ */ new TextEncoder().encode('"2.0"');

/** One JSON-RPC 2.0 message; params and results stay bytes. */
export type Frame =
  | {
      readonly kind: "request";
      readonly id: RpcId;
      readonly method: string;
      readonly params?: RawJson;
    }
  | { readonly kind: "notification"; readonly method: string; readonly params?: RawJson }
  | { readonly kind: "response"; readonly id: RpcId; readonly result: RawJson }
  | { readonly kind: "error"; readonly id: RpcId | null; readonly error: RpcError };

/** Says that bytes are no JSON-RPC message: -32700 for no JSON, -32600 for JSON of another shape. */
export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly rpcCode: number;
  /** The message's id where it could be read, so that an error can be answered to it. */
  readonly id: RpcId | null;

  constructor(rpcCode: number, message: string, id: RpcId | null = null) {
    super(message);
    this.rpcCode = rpcCode;
    this.id = id;
  }
}

/**
 * Reads one JSON-RPC message.
 * @throws FrameError when the bytes are not one.
 */
export function parseFrame(bytes: Uint8Array): Frame {
  try {
    return toFrame(bytes, objectMembers(bytes));
  } catch (error) {
    // What is not JSON, or not UTF-8 where it must be read.
    if (error instanceof FrameError) throw error;
    const first = bytes.find((byte) => byte > 0x20);
    const code = first === 0x5b ? RPC.invalidRequest : RPC.parseError;
    throw new FrameError(code, `not a JSON-RPC message: ${(error as Error).message}`);
  }
}

/**
 * Reads a message or a batch (an array of messages, protocol revision 2025-03-26).
 * @throws FrameError when the bytes are neither, or the batch is empty.
 */
export function parseFrames(bytes: Uint8Array): Frame[] {
  if (bytes.find((byte) => byte > 0x20) !== 0x5b) return [parseFrame(bytes)];
  let items: Span[];
  try {
    items = arrayItems(bytes);
  } catch (error) {
    throw new FrameError(RPC.parseError, `not a JSON-RPC batch: ${(error as Error).message}`);
  }
  if (items.length === 0) throw new FrameError(RPC.invalidRequest, "the batch is empty");
  return items.map((item) => parseFrame(slice(bytes, item)));
}

function toFrame(bytes: Uint8Array, members: Map<string, Span>): Frame {
  const raw = (key: string): RawJson | undefined => {
    const span = members.get(key);
    return span && rawJson(slice(bytes, span));
  };
  const id = readId(bytes, members.get("id"));
  if (!isVersion2(bytes, members.get("jsonrpc"))) {
    throw new FrameError(
      RPC.invalidRequest,
      'a JSON-RPC message needs "jsonrpc": "2.0"',
      id ?? null,
    );
  }
  const methodSpan = members.get("method");
  if (methodSpan !== undefined) {
    return callFrame({ id, method: parseSpan(bytes, methodSpan), params: raw("params") });
  }
  return answerFrame({ id, result: raw("result"), error: raw("error") });
}

/** `"2.0"` as nearly everybody writes it; escapes are left to the parser. */
function isVersion2(bytes: Uint8Array, span: Span | undefined): boolean {
  if (span === undefined) return false;
  const { start, end } = span;
  if (end - start === VERSION.length)
    return VERSION.every((byte, at) => bytes[start + at] === byte);
  return parseSpan(bytes, span) === "2.0";
}

function callFrame(parts: {
  id: RpcId | null | undefined;
  method: unknown;
  params: RawJson | undefined;
}): Frame {
  const { id, method, params } = parts;
  if (typeof method !== "string") {
    throw new FrameError(RPC.invalidRequest, "method must be a string", id ?? null);
  }
  if (params !== undefined && params.bytes[0] !== 0x7b) {
    throw new FrameError(RPC.invalidRequest, "params must be an object", id ?? null);
  }
  const rest = params === undefined ? {} : { params };
  if (id === undefined) return { kind: "notification", method, ...rest };
  if (id === null) throw new FrameError(RPC.invalidRequest, "a request's id must not be null");
  return { kind: "request", id, method, ...rest };
}

function answerFrame(parts: {
  id: RpcId | null | undefined;
  result: RawJson | undefined;
  error: RawJson | undefined;
}): Frame {
  const { id, result, error } = parts;
  if (error !== undefined) return { kind: "error", id: id ?? null, error: readError(error) };
  if (result !== undefined && id !== undefined && id !== null) {
    return { kind: "response", id, result };
  }
  throw new FrameError(RPC.invalidRequest, "neither a method, a result nor an error", id ?? null);
}

function readId(bytes: Uint8Array, span: Span | undefined): RpcId | null | undefined {
  if (span === undefined) return undefined;
  const id = readSmallInteger(bytes, span) ?? parseSpan(bytes, span);
  if (id === null || typeof id === "string" || typeof id === "number") return id;
  throw new FrameError(RPC.invalidRequest, "id must be a string or a number");
}

/** Most ids are a few digits; the scan has made sure that they are a number. */
function readSmallInteger(bytes: Uint8Array, { start, end }: Span): number | undefined {
  if (end - start > 9) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function readError(error: RawJson): RpcError {
  let members: Map<string, Span>;
  try {
    members = objectMembers(error.bytes);
  } catch {
    return { code: RPC.internalError, message: "the error member is not an object", data: error };
  }
  const read = (key: string): unknown => {
    const span = members.get(key);
    return span && parseSpan(error.bytes, span);
  };
  const [code, message, data] = [read("code"), read("message"), members.get("data")];
  return {
    code: typeof code === "number" ? code : RPC.internalError,
    message: typeof message === "string" ? message : "no message given",
    ...(data === undefined ? {} : { data: rawJson(slice(error.bytes, data)) }),
  };
}
