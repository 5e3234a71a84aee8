import { CLOSE_BRACE, OPEN_BRACE } from "./json-bytes.ts";
import { objectMembers, slice, type Span } from "./json-scan.ts";

/** Members to write into an object: key → the JSON text of its value. */
export type Members = Readonly<Record<string, Uint8Array | string>>;

/**
 * Writes members into the JSON object in `text` without re-serialising the rest: those already there
 * are replaced, the others are added at the end. Unknown members keep their bytes.
 * @throws JsonScanError when `text` is not a JSON object.
 */
export function withMembers(text: Uint8Array, members: Members): Buffer {
  return spliced(text, objectMembers(text), members);
}

/**
 * Writes entries into the `_meta` of a result object, in place of those of the same name: what another
 * gateway behind this one said of its answer does not hold for ours. A `_meta` that is no object is
 * left as it is. Members of `defaults` are added beside it where the result has none of that name.
 */
export function withMeta(text: Uint8Array, entries: Members, defaults: Members = {}): Uint8Array {
  const present = objectMembers(text);
  const added: Record<string, Uint8Array | string> = {};
  for (const key of Object.keys(defaults)) if (!present.has(key)) added[key] = defaults[key]!;
  const span = present.get("_meta");
  if (span === undefined) added["_meta"] = withMembers(EMPTY_OBJECT, entries);
  else if (text[span.start] === OPEN_BRACE) {
    added["_meta"] = withMembers(slice(text, span), entries);
  }
  return spliced(text, present, added);
}

const EMPTY_OBJECT = /* @__PURE__ */ new TextEncoder().encode("{}");

function spliced(text: Uint8Array, present: ReadonlyMap<string, Span>, members: Members): Buffer {
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
  parts.push(text.subarray(at, text.lastIndexOf(CLOSE_BRACE)));
  let tail = "";
  added.forEach((key, index) => {
    const comma = present.size > 0 || index > 0 ? "," : "";
    const value = members[key]!;
    tail += `${comma}${JSON.stringify(key)}:`;
    if (typeof value === "string") tail += value;
    else {
      parts.push(Buffer.from(tail), value);
      tail = "";
    }
  });
  parts.push(Buffer.from(`${tail}}`));
  return Buffer.concat(parts);
}

function toBytes(value: Uint8Array | string): Uint8Array {
  return typeof value === "string" ? Buffer.from(value) : value;
}
