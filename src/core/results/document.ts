import { ownBytes } from "../../kernel/own-bytes.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import { arrayItems, objectMembers, parseSpan, slice, type Span } from "../../mcp/json-scan.ts";

/** What is stored of a result, and read back in pieces. */
export interface ResultDocument {
  readonly bytes: Uint8Array;
  readonly mimeType: "application/json" | "text/plain";
  /** Whether it is the result's one text rather than the whole result object. */
  readonly isText: boolean;
}

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * The document of a `tools/call` result: a result that is one text and nothing else is that text,
 * so that it reads without escapes; anything else is the whole result object, so that nothing is lost.
 */
export function toDocument(body: RawJson): ResultDocument {
  const text = soleText(body.bytes);
  if (text === undefined) {
    return { bytes: ownBytes(body.bytes), mimeType: "application/json", isText: false };
  }
  const bytes = encoder.encode(text);
  return { bytes, mimeType: isJsonText(bytes) ? "application/json" : "text/plain", isText: true };
}

/** Largest `_meta` that a preview takes over, in bytes. */
export const MAX_PREVIEW_META_BYTES = 4_096;

/** Whether a preview tells a member of a result, so that it need not be stored. */
function isKeptByPreview([key, span]: [string, Span]): boolean {
  if (key === "_meta") return span.end - span.start <= MAX_PREVIEW_META_BYTES;
  return key === "content" || key === "isError" || key === "resultType";
}

/** The text of a result that is one text and nothing else. */
export function soleText(bytes: Uint8Array): string | undefined {
  try {
    const members = objectMembers(bytes);
    const content = members.get("content");
    if (content === undefined || ![...members].every(isKeptByPreview)) return undefined;
    const items = arrayItems(slice(bytes, content));
    const [item] = items;
    return items.length === 1 && item !== undefined
      ? readText(slice(slice(bytes, content), item))
      : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a content item, if it is one. */
function readText(item: Uint8Array): string | undefined {
  const members = objectMembers(item);
  const read = (key: string): unknown => {
    const span: Span | undefined = members.get(key);
    return span && parseSpan(item, span);
  };
  if (read("type") !== "text") return undefined;
  const text = read("text");
  return typeof text === "string" ? text : undefined;
}

/** Whether a text is a JSON object or array; bare numbers and words are better read as text. */
function isJsonText(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  try {
    if (first === 0x7b) objectMembers(bytes);
    else if (first === 0x5b) arrayItems(bytes);
    else return false;
    return true;
  } catch {
    return false;
  }
}
