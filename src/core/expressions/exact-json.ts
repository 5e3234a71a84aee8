import { asBuffer } from "../../kernel/as-buffer.ts";
import type { RawJson } from "../../kernel/raw-json.ts";

/** A JSON value in which integers beyond 2^53 stand as bigints. */
export type ExactValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly ExactValue[]
  | { readonly [key: string]: ExactValue };

/** What only a number that a double may not hold looks like. */
const MANY_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;
const SPACE = /\s/;

const parsed = /* @__PURE__ */ new WeakMap<RawJson, { readonly value: ExactValue }>();

/**
 * Parses a JSON text without rounding integers; at most once a text.
 * @throws SyntaxError when it is not JSON, RangeError when it is nested too deeply.
 */
export function exactValue(raw: RawJson): ExactValue {
  const known = parsed.get(raw);
  if (known !== undefined) return known.value;
  const value = raw.value();
  const text = asBuffer(raw.bytes);
  const isExact = !MANY_DIGITS.test(text.toString("latin1"));
  const exact = { value: isExact ? value : readExactly(text.toString("utf8")) };
  parsed.set(raw, exact);
  return exact.value;
}

/** The JSON text of a value, bigints as plain numbers. */
export function exactText(value: ExactValue): string {
  try {
    return JSON.stringify(value);
  } catch {
    return writeExactly(value);
  }
}

function writeExactly(value: ExactValue): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeExactly).join(",")}]`;
  const members = Object.entries(value as Readonly<Record<string, ExactValue>>);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${writeExactly(member)}`).join(",")}}`;
}

/** Reads a text that is known to be JSON. */
function readExactly(text: string): ExactValue {
  let at = 0;

  function read(): ExactValue {
    skipSpace();
    const first = text[at];
    if (first === "{") return Object.fromEntries(readAll("}", readMember));
    if (first === "[") return readAll("]", read);
    const end = first === '"' ? stringEnd(text, at) : scalarEnd(text, at);
    const token = text.slice(at, end);
    at = end;
    return toScalar(token);
  }

  function readMember(): [string, ExactValue] {
    const key = read() as string;
    skipSpace();
    at += 1;
    return [key, read()];
  }

  function readAll<Item>(close: string, readItem: () => Item): Item[] {
    const items: Item[] = [];
    at += 1;
    skipSpace();
    while (text[at] !== close) {
      items.push(readItem());
      skipSpace();
      if (text[at] === ",") at += 1;
      skipSpace();
    }
    at += 1;
    return items;
  }

  function skipSpace(): void {
    while (at < text.length && SPACE.test(text[at]!)) at += 1;
  }

  return read();
}

function toScalar(token: string): ExactValue {
  const value = JSON.parse(token) as ExactValue;
  const isRounded =
    typeof value === "number" && !Number.isSafeInteger(value) && INTEGER.test(token);
  return isRounded ? BigInt(token) : value;
}

function stringEnd(text: string, open: number): number {
  let at = open + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function scalarEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !",]} \n\r\t".includes(text[at]!)) at += 1;
  return at;
}
