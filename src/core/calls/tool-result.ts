import { rawJson, type RawJson } from "../../kernel/raw-json.ts";
import { objectMembers, slice, type Span } from "../../mcp/json-scan.ts";

/** The members of a `tools/call` result that edges put into their own envelopes, as they came. */
export interface ToolResultParts {
  readonly isError: boolean;
  readonly content?: RawJson;
  readonly structuredContent?: RawJson;
}

const TRUE = "true";

/**
 * Reads a `tools/call` result without parsing its values. Members that are missing stay missing; a
 * result that is no JSON object has none. Cost: one pass over the bytes.
 */
export function readToolResult(body: RawJson): ToolResultParts {
  const { bytes } = body;
  let members: Map<string, Span>;
  try {
    members = objectMembers(bytes);
  } catch {
    return { isError: false };
  }
  const [isError, content, structured] = ["isError", "content", "structuredContent"].map((key) =>
    members.get(key),
  );
  return {
    isError: isError !== undefined && textOf(bytes, isError) === TRUE,
    ...(content === undefined ? {} : { content: rawJson(slice(bytes, content)) }),
    ...(structured === undefined ? {} : { structuredContent: rawJson(slice(bytes, structured)) }),
  };
}

/**
 * Whether a result says `isError: true`. Results that do not hold the word are not read any further:
 * that costs a fraction of the pass above.
 */
export function isToolError(body: RawJson): boolean {
  const { buffer, byteOffset, byteLength } = body.bytes;
  if (!Buffer.from(buffer, byteOffset, byteLength).includes('"isError"')) return false;
  return readToolResult(body).isError;
}

function textOf(bytes: Uint8Array, span: Span): string {
  return span.end - span.start === TRUE.length
    ? String.fromCharCode(...bytes.subarray(span.start, span.end))
    : "";
}
