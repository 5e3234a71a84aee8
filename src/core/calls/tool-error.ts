import { asBuffer } from "../../kernel/as-buffer.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import { objectMembers, parseSpan } from "../../mcp/json-scan.ts";

const MEMBER = "isError";

/**
 * Whether a `tools/call` result says `isError: true`. Only results that hold the word are read, in
 * one pass over the bytes; to look for it costs a fraction of that.
 */
export function isToolError({ bytes }: RawJson): boolean {
  if (!asBuffer(bytes).includes(`"${MEMBER}"`)) return false;
  try {
    const span = objectMembers(bytes).get(MEMBER);
    return span !== undefined && parseSpan(bytes, span) === true;
  } catch {
    return false;
  }
}
