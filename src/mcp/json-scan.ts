import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from "./json-bytes.ts";

/** Where a JSON value stands in a text: byte offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Deepest nesting accepted: whoever parses such a text must not run out of stack. */
export const MAX_JSON_DEPTH = 5_000;

/** Deepest nesting that is read by recursion, which is fastest. */
const MAX_RECURSION = 128;

/** Says that a text is not JSON, and where. */
export class JsonScanError extends Error {
  override readonly name = "JsonScanError";
  /** In bytes. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`);
    this.offset = offset;
  }
}

const MAX_PLAIN_KEY = 64;
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true });
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LITERALS: ReadonlySet<string> = /* @__PURE__ */ new Set(["true", "false", "null"]);

/**
 * The members of the object that fills `text`, by key, without parsing their values; each value's
 * grammar is checked on the way. The last of equal keys wins, as in `JSON.parse`.
 * Cost: one pass over the bytes.
 *
 * @throws JsonScanError when the text is not one well-formed JSON object.
 */
export function objectMembers(text: Uint8Array, span?: Span): Map<string, Span> {
  const members = new Map<string, Span>();
  const start = skipSpace(text, span?.start ?? 0);
  if (text[start] !== OPEN_BRACE) fail(start, "an object was expected");
  const end = scanObject({ text, depth: 0 }, start, (key, value) => members.set(key, value));
  expectEnd(text, end, span?.end ?? text.length);
  return members;
}

/**
 * The items of the array that fills `text`, in order.
 * @throws JsonScanError when the text is not one well-formed JSON array.
 */
export function arrayItems(text: Uint8Array, span?: Span): Span[] {
  const items: Span[] = [];
  const start = skipSpace(text, span?.start ?? 0);
  if (text[start] !== OPEN_BRACKET) fail(start, "an array was expected");
  const end = scanArray({ text, depth: 0 }, start, (item) => items.push(item));
  expectEnd(text, end, span?.end ?? text.length);
  return items;
}

/** Cuts a span out of its text without copying. */
export function slice(text: Uint8Array, span: Span): Uint8Array {
  return text.subarray(span.start, span.end);
}

/** The value in a span, parsed. */
export function parseSpan(text: Uint8Array, span: Span): unknown {
  return JSON.parse(decoder.decode(slice(text, span)));
}

/** A text being read, and how deep in it we are. */
interface Scan {
  readonly text: Uint8Array;
  depth: number;
}

function scanObject(
  scan: Scan,
  open: number,
  onMember?: (key: string, value: Span) => void,
): number {
  const { text } = scan;
  let at = skipSpace(text, open + 1);
  if (text[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    const keyEnd = scanString(text, at);
    const valueStart = scanColon(text, keyEnd);
    const valueEnd = scanValue(scan, valueStart);
    if (onMember !== undefined) {
      onMember(readKey(text, at, keyEnd), { start: valueStart, end: valueEnd });
    }
    at = skipSpace(text, valueEnd);
    if (text[at] === CLOSE_BRACE) return at + 1;
    if (text[at] !== COMMA) fail(at, "',' or '}' was expected");
    at = skipSpace(text, at + 1);
  }
}

/** Nearly all keys are short and plain ASCII: spelling those out is several times cheaper than parsing. */
function readKey(text: Uint8Array, start: number, end: number): string {
  if (end - start > MAX_PLAIN_KEY) return parseSpan(text, { start, end }) as string;
  let key = "";
  for (let at = start + 1; at < end - 1; at++) {
    const byte = text[at]!;
    if (byte === BACKSLASH || byte >= 0x80) return parseSpan(text, { start, end }) as string;
    key += String.fromCharCode(byte);
  }
  return key;
}

function scanArray(scan: Scan, open: number, onItem?: (item: Span) => void): number {
  const { text } = scan;
  let at = skipSpace(text, open + 1);
  if (text[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    const end = scanValue(scan, at);
    onItem?.({ start: at, end });
    at = skipSpace(text, end);
    if (text[at] === CLOSE_BRACKET) return at + 1;
    if (text[at] !== COMMA) fail(at, "',' or ']' was expected");
    at = skipSpace(text, at + 1);
  }
}

function scanValue(scan: Scan, at: number): number {
  const first = scan.text[at];
  if (first === QUOTE) return scanString(scan.text, at);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return scanScalar(scan.text, at);
  if (scan.depth === MAX_RECURSION) return scanDeepValue(scan.text, at);
  scan.depth += 1;
  const end = first === OPEN_BRACE ? scanObject(scan, at) : scanArray(scan, at);
  scan.depth -= 1;
  return end;
}

/** As `scanValue`, without recursion. */
function scanDeepValue(text: Uint8Array, start: number): number {
  /** The closing bytes that are still to come. */
  const closing: number[] = [];
  let at = start;
  do {
    const first = text[at];
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      const close = first === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
      closing.push(close);
      if (closing.length > MAX_JSON_DEPTH - MAX_RECURSION) {
        fail(at, `nested deeper than ${MAX_JSON_DEPTH} levels`);
      }
      at = skipSpace(text, at + 1);
      if (text[at] !== close) {
        at = toNextValue(text, at, close);
        continue;
      }
    } else at = first === QUOTE ? scanString(text, at) : scanScalar(text, at);
    at = closeValues(text, at, closing);
  } while (closing.length > 0);
  return at;
}

/** From the end of a value to where the next begins, or behind the last closing byte. */
function closeValues(text: Uint8Array, end: number, closing: number[]): number {
  let at = end;
  for (let close = closing.at(-1); close !== undefined; close = closing.at(-1)) {
    at = skipSpace(text, at);
    if (text[at] === COMMA) return toNextValue(text, skipSpace(text, at + 1), close);
    if (text[at] !== close) fail(at, `',' or '${String.fromCharCode(close)}' was expected`);
    closing.pop();
    at += 1;
  }
  return at;
}

/** From where an item or a member begins to where its value does. */
function toNextValue(text: Uint8Array, at: number, close: number): number {
  return close === CLOSE_BRACE ? scanColon(text, scanString(text, at)) : at;
}

function scanColon(text: Uint8Array, keyEnd: number): number {
  const colon = skipSpace(text, keyEnd);
  if (text[colon] !== COLON) fail(colon, "':' was expected");
  return skipSpace(text, colon + 1);
}

function scanString(text: Uint8Array, open: number): number {
  if (text[open] !== QUOTE) fail(open, "a string was expected");
  for (let at = open + 1; at < text.length; at++) {
    const byte = text[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at = scanEscape(text, at + 1);
    else if (byte < 0x20) fail(at, "a control character stands in a string");
  }
  return fail(open, "a string is not closed");
}

/** Checks the character after a backslash; gives the offset of the escape's last byte. */
function scanEscape(text: Uint8Array, at: number): number {
  const byte = text[at];
  const kind = byte === undefined ? "" : String.fromCharCode(byte);
  if (kind === "u") {
    const digits = String.fromCharCode(...text.subarray(at + 1, at + 5));
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail(at, "\\u wants four hex digits");
    return at + 4;
  }
  if (kind === "" || !'"\\/bfnrt'.includes(kind)) fail(at, "an unknown escape");
  return at;
}

function scanScalar(text: Uint8Array, start: number): number {
  let end = start;
  while (end < text.length && isScalarByte(text[end]!)) end += 1;
  if (isShortInteger(text, start, end)) return end;
  const token = String.fromCharCode(...text.subarray(start, Math.min(end, start + 1024)));
  if (LITERALS.has(token)) return end;
  if (end - start > 1024 || !NUMBER.test(token)) fail(start, "a JSON value was expected");
  return end;
}

/** Most scalars are a few digits, which are told apart without making a text of them. */
function isShortInteger(text: Uint8Array, start: number, end: number): boolean {
  if (end === start || end - start > 15) return false;
  if (text[start] === 0x30) return end - start === 1;
  for (let at = start; at < end; at++) {
    if (text[at]! < 0x30 || text[at]! > 0x39) return false;
  }
  return true;
}

/** Letters, digits, '+', '-' and '.': whatever could stand in a number or a literal. */
function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}

function skipSpace(text: Uint8Array, from: number): number {
  let at = from;
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at += 1;
  return at;
}

function expectEnd(text: Uint8Array, at: number, end: number): void {
  if (skipSpace(text, at) < end) fail(at, "nothing more was expected");
}

function fail(at: number, message: string): never {
  throw new JsonScanError(message, at);
}
