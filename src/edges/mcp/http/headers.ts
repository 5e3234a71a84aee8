import type { IncomingHttpHeaders } from "node:http";
import type { Frame } from "../../../mcp/frame.ts";
import { decodeHeaderValue } from "../../../mcp/header-value.ts";
import { memberOf } from "../../../mcp/members-of.ts";
import { MODERN_REVISION } from "../../../mcp/revisions.ts";
import { RPC } from "../../../mcp/rpc-codes.ts";
import { rpcError, type Answer } from "../answer.ts";

/** Which member of params `Mcp-Name` mirrors, by method. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};

/** A header's value; the first where it came several times. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Checks the headers that a modern request must repeat from its body; `undefined` when they agree. */
export function checkModernHeaders(
  headers: IncomingHttpHeaders,
  frame: Extract<Frame, { kind: "request" }>,
): Answer | undefined {
  const version = header(headers, "mcp-protocol-version");
  if (version !== MODERN_REVISION)
    return mismatch("MCP-Protocol-Version", version, MODERN_REVISION);
  const method = header(headers, "mcp-method");
  if (method !== frame.method) return mismatch("Mcp-Method", method, frame.method);
  const expected = namedBy(frame);
  if (expected === undefined) return undefined;
  const sent = header(headers, "mcp-name");
  const name = sent === undefined ? undefined : decodeHeaderValue(sent);
  return name === expected ? undefined : mismatch("Mcp-Name", sent, expected);
}

function namedBy({ method, params }: Extract<Frame, { kind: "request" }>): string | undefined {
  const key = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  const value = key === undefined ? undefined : memberOf(params, key);
  return typeof value === "string" ? value : undefined;
}

function mismatch(name: string, sent: string | undefined, expected: string): Answer {
  const got = sent === undefined ? "is missing" : `is ${JSON.stringify(sent.slice(0, 200))}`;
  return rpcError(
    RPC.headerMismatch,
    `the header ${name} ${got}, but the body says ${JSON.stringify(expected.slice(0, 200))}`,
    { httpStatus: 400 },
  );
}

/** Whether the client takes answers as an event stream. */
export function acceptsStream(headers: IncomingHttpHeaders): boolean {
  return header(headers, "accept")?.includes("text/event-stream") === true;
}
