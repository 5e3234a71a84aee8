import { rawJson } from "../../kernel/raw-json.ts";
import { OPEN_BRACE } from "../../mcp/json-bytes.ts";
import { parseSpan, slice, type Span } from "../../mcp/json-scan.ts";
import { callRequestSchema, readInput } from "../../contract/index.ts";
import type { CallRequest } from "../../core/calls/index.ts";
import { readMembers } from "./json-body.ts";

const EMPTY_OBJECT = /* @__PURE__ */ rawJson(new TextEncoder().encode("{}"));

/** A call as a body asks for it. */
export type CallBody = Pick<
  CallRequest,
  "arguments" | "timeoutMs" | "cache" | "degraded" | "inputResponses" | "requestState"
>;

/**
 * Takes a call's body apart. What goes on to the upstream stays the bytes that came, so that integers
 * beyond 2^53 arrive unrounded; the rest is read by the schema.
 * @throws GatewayError `invalid-request`.
 */
export function readCallBody(body: Buffer): CallBody {
  if (body.length === 0) return { arguments: EMPTY_OBJECT };
  const members = readMembers(body);
  const args = members.get("arguments");
  if (members.size === 1 && args !== undefined && body[args.start] === OPEN_BRACE) {
    return { arguments: rawJson(slice(body, args)) };
  }
  const {
    arguments: _,
    inputResponses: __,
    ...rest
  } = readInput(callRequestSchema, withoutRelayed(body, members));
  const responses = members.get("inputResponses");
  return {
    arguments: args === undefined ? EMPTY_OBJECT : rawJson(slice(body, args)),
    ...(responses === undefined ? {} : { inputResponses: rawJson(slice(body, responses)) }),
    ...(rest as Omit<CallBody, "arguments" | "inputResponses">),
  };
}

/** The body as a value, with an empty object for every object that is only relayed. */
function withoutRelayed(body: Buffer, members: ReadonlyMap<string, Span>): Record<string, unknown> {
  const relayed = (key: string, span: Span): boolean =>
    (key === "arguments" || key === "inputResponses") && body[span.start] === OPEN_BRACE;
  return Object.fromEntries(
    [...members].map(([key, span]) => [key, relayed(key, span) ? {} : parseSpan(body, span)]),
  );
}

/** What makes two calls the same for an `Idempotency-Key`. */
export function fingerprintParts(tool: string, body: CallBody): readonly (string | Uint8Array)[] {
  const { inputResponses, requestState = "" } = body;
  return [tool, body.arguments.bytes, inputResponses?.bytes ?? "", requestState];
}
