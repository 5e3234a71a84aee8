import { objectMembers, slice, type Span } from "./json-scan.ts";

/** Members to write into an object: key → the JSON text of its value. */
export type Members = Readonly<Record<string, Uint8Array | string>>;

/**
 * Writes members into the JSON object in `text` without re-serialising the rest: those already there
 * are replaced, the others are added at the end. Unknown members keep their bytes.
 * @throws JsonScanError when `text` is not a JSON object.
 */
export function withMembers(text: Uint8Array, members: Members): Buffer {
  const present = objectMembers(text);
  const edits: { span: Span; value: Uint8Array | string }[] = [];
  const added: string[] = [];
  for (const key of Object.keys(members)) {
    const span = present.get(key);
    if (span === undefined) added.push(key);
    else edits.push({ span, value: members[key]! });
  }
  edits.sort((a, b) => a.span.start - b.span.start);
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(text.subarray(at, edit.span.start), toBytes(edit.value));
    at = edit.span.end;
  }
  const close = text.lastIndexOf(0x7d);
  parts.push(text.subarray(at, close));
  added.forEach((key, index) => {
    const comma = present.size > 0 || index > 0 ? "," : "";
    parts.push(Buffer.from(`${comma}${JSON.stringify(key)}:`), toBytes(members[key]!));
  });
  parts.push(Buffer.from("}"));
  return Buffer.concat(parts);
}

/**
 * Writes entries into the `_meta` of a result object, in place of those of the same name: what another
 * gateway behind this one said of its answer does not hold for ours. A `_meta` that is no object is
 * left as it is.
 */
export function withMeta(text: Uint8Array, entries: Members): Uint8Array {
  const span = objectMembers(text).get("_meta");
  if (span === undefined) return withMembers(text, { _meta: withMembers(EMPTY_OBJECT, entries) });
  if (text[span.start] !== OPEN_BRACE) return text;
  return withMembers(text, { _meta: withMembers(slice(text, span), entries) });
}

const OPEN_BRACE = 0x7b;
const EMPTY_OBJECT = /* @__PURE__ */ new TextEncoder().encode("{}");

function toBytes(value: Uint8Array | string): Uint8Array {
  return typeof value === "string" ? Buffer.from(value) : value;
}
