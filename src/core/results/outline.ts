import { arrayItems, objectMembers, parseSpan, slice } from "../../mcp/json-scan.ts";
import { utf8Page } from "./utf8-page.ts";

const MAX_ITEMS = 20;

/**
 * What a result object holds, in about `maxBytes`: one line an item, texts and structured content
 * with their beginning. Images and other data are named, not shown.
 */
export function outlineOf(result: Uint8Array, maxBytes: number): string {
  const lines: string[] = [];
  let room = maxBytes;
  const add = (line: string): void => {
    lines.push(line);
    room -= Buffer.byteLength(line) + 1;
  };
  const { parts, omitted } = partsOf(result);
  for (const part of parts) {
    const head = `${part.name} (${part.kind}, ${part.size} bytes)`;
    const shown =
      room > 0 && part.text.length > 0 ? utf8Page(part.text, { offset: 0, limit: room }).text : "";
    add(shown === "" ? head : `${head}: ${shown}`);
  }
  if (omitted > 0) add(`and ${omitted} more in content`);
  return lines.join("\n");
}

interface Part {
  readonly name: string;
  readonly kind: string;
  readonly size: number;
  /** What may be shown of it; empty for data. */
  readonly text: Uint8Array;
}

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

function partsOf(result: Uint8Array): { readonly parts: Part[]; readonly omitted: number } {
  let members: ReturnType<typeof objectMembers>;
  try {
    members = objectMembers(result);
  } catch {
    const whole = { name: "result", kind: "JSON", size: result.length, text: result };
    return { parts: [whole], omitted: 0 };
  }
  let parts: Part[] = [];
  let omitted = 0;
  const structured = members.get("structuredContent");
  const content = members.get("content");
  if (content !== undefined && result[content.start] === 0x5b) {
    const bytes = slice(result, content);
    const items = arrayItems(bytes);
    parts = items.slice(0, MAX_ITEMS).map((span, index) => itemPart(slice(bytes, span), index));
    omitted = items.length - parts.length;
  }
  if (structured !== undefined) {
    const text = slice(result, structured);
    parts.push({ name: "structuredContent", kind: "JSON", size: text.length, text });
  }
  return { parts, omitted };
}

function itemPart(item: Uint8Array, index: number): Part {
  const name = `content[${index}]`;
  if (item[0] !== 0x7b) return { name, kind: "JSON", size: item.length, text: item };
  const members = objectMembers(item);
  const read = (key: string): string | undefined => {
    const span = members.get(key);
    const value = span && parseSpan(item, span);
    return typeof value === "string" ? value : undefined;
  };
  const text = read("text");
  const kinds = [read("type") ?? "unknown", read("mimeType")].filter((kind) => kind !== undefined);
  return {
    name,
    kind: kinds.join(", "),
    size: item.length,
    text: text === undefined ? NOTHING : Buffer.from(text),
  };
}
