import { asBuffer } from "../../../kernel/as-buffer.ts";
import { ownBytes } from "../../../kernel/own-bytes.ts";
import { rawJson, toRawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { arrayItems, objectMembers, parseSpan, slice } from "../../../mcp/json-scan.ts";
import { StepError } from "../step-error.ts";

/** Longest text of a failed tool that is told, in characters. */
const MAX_ERROR_TEXT = 2_000;

const encoder = /* @__PURE__ */ new TextEncoder();
const EMPTY_ARRAY = /* @__PURE__ */ encoder.encode("[]");

/**
 * The value that a `tools/call` result gives a step: its `structuredContent`, else its text read as
 * JSON, else its text; its whole content where that holds no text. Bytes are kept, so that numbers
 * are not rounded.
 * @throws StepError `tool-error` for a result that says `isError`, `upstream-protocol` for what is no result.
 */
export function stepValue({ bytes }: RawJson): RawJson {
  const members = readMembers(bytes);
  const read = (key: string): Uint8Array | undefined => {
    const span = members.get(key);
    return span && slice(bytes, span);
  };
  const content = read("content") ?? EMPTY_ARRAY;
  if (isTrue(read("isError"))) throw new StepError("tool-error", errorText(content));
  const structured = read("structuredContent");
  if (structured !== undefined && !isNull(structured)) return rawJson(ownBytes(structured));
  const text = textOf(content);
  if (text === undefined) return rawJson(ownBytes(content));
  return asJson(text) ?? toRawJson(text);
}

function readMembers(bytes: Uint8Array): ReturnType<typeof objectMembers> {
  try {
    return objectMembers(bytes);
  } catch (cause) {
    const message = "The tool answered with something that is no tool result.";
    throw new StepError("upstream-protocol", message, { cause });
  }
}

const isTrue = (bytes: Uint8Array | undefined): boolean =>
  bytes !== undefined && asBuffer(bytes).equals(TRUE);
const isNull = (bytes: Uint8Array): boolean => asBuffer(bytes).equals(NULL);
const TRUE = /* @__PURE__ */ encoder.encode("true");
const NULL = /* @__PURE__ */ encoder.encode("null");

/** The texts of a content array, one below the other. */
function textOf(content: Uint8Array): string | undefined {
  const texts: string[] = [];
  try {
    for (const item of arrayItems(content)) {
      const { type, text } = parseText(slice(content, item));
      if (type === "text" && typeof text === "string") texts.push(text);
    }
  } catch {
    return undefined;
  }
  return texts.length === 0 ? undefined : texts.join("\n");
}

/** Reads only what tells a text: images and the like are not parsed. */
function parseText(item: Uint8Array): { type?: unknown; text?: unknown } {
  const members = objectMembers(item);
  const read = (key: string): unknown => {
    const span = members.get(key);
    return span && parseSpan(item, span);
  };
  return { type: read("type"), text: read("text") };
}

/** How JSON begins; most texts are told from it without an attempt to parse them. */
const MAYBE_JSON = /^\s*[[{"\-0-9tfn]/;

function asJson(text: string): RawJson | undefined {
  if (!MAYBE_JSON.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return rawJson(encoder.encode(text.trim()));
}

function errorText(content: Uint8Array): string {
  const text = textOf(content)?.trim();
  if (text === undefined || text === "") return "The tool reported an error and gave no text.";
  return text.length <= MAX_ERROR_TEXT ? text : `${text.slice(0, MAX_ERROR_TEXT)}…`;
}
