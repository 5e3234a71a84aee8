import { rawJson, type RawJson } from "../kernel/raw-json.ts";
import { arrayItems, objectMembers, parseSpan, slice, type Span } from "./json-scan.ts";

/** One page of a `tools/list` answer; the definitions keep their bytes. */
export interface ToolsPage {
  readonly definitions: readonly RawJson[];
  readonly nextCursor?: string;
  /** How long the list may be kept, in milliseconds, when the server says so. */
  readonly ttlMs?: number;
}

/**
 * Reads a `tools/list` result.
 * @throws Error when it is not an object with an array `tools`.
 */
export function readToolsPage(result: RawJson): ToolsPage {
  const members = objectMembers(result.bytes);
  const tools = members.get("tools");
  if (tools === undefined) throw new Error('the tools/list result has no member "tools"');
  const read = (span: Span | undefined): unknown => span && parseSpan(result.bytes, span);
  const [cursor, ttlMs] = [read(members.get("nextCursor")), read(members.get("ttlMs"))];
  return {
    definitions: arrayItems(result.bytes, tools).map((item) => rawJson(slice(result.bytes, item))),
    ...(typeof cursor === "string" ? { nextCursor: cursor } : {}),
    ...(typeof ttlMs === "number" && ttlMs >= 0 ? { ttlMs } : {}),
  };
}
