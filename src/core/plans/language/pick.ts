import type { RawJson } from "../../../kernel/raw-json.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { OPEN_BRACE, OPEN_BRACKET, QUOTE } from "../../../mcp/json-bytes.ts";
import { arrayItems, slice, type Span } from "../../../mcp/json-scan.ts";
import { membersOf } from "../../../mcp/members-of.ts";

/** What a path leads to, or why it leads nowhere. */
export type Picked =
  | { readonly found: RawJson }
  | { readonly found?: undefined; readonly missing: string };

const MAX_NAMES_SHOWN = 8;
const FALSY = /^\s*(?:null|false|""|\[\s*\]|\{\s*\})\s*$/;

const itemsOfArrays = /* @__PURE__ */ new WeakMap<RawJson, readonly Span[]>();
const partsOf = /* @__PURE__ */ new WeakMap<RawJson, Map<string | number, RawJson>>();

/**
 * Cuts the value at a path out of a JSON text: own members only, no byte changed. Each value is
 * scanned at most once, however many paths lead through it. `name` is what the value is called.
 * @throws JsonScanError when the text is not JSON.
 */
export function pick(raw: RawJson, path: readonly (string | number)[], name: string): Picked {
  let [value, where] = [raw, name];
  for (const key of path) {
    const part = partOf(value, key);
    if (part === undefined) return { missing: `${where} ${instead(value, key)}` };
    value = part;
    where = typeof key === "number" ? `${where}[${key}]` : `${where}.${key}`;
  }
  return isNull(value) ? { missing: `${where} is null` } : { found: value };
}

/** The first byte of a value that is not white space. */
export function firstByte(raw: RawJson): number {
  return raw.bytes.find((byte) => byte > 0x20) ?? 0;
}

function partOf(raw: RawJson, key: string | number): RawJson | undefined {
  const parts = partsOf.get(raw) ?? new Map<string | number, RawJson>();
  const known = parts.get(key);
  if (known !== undefined) return known;
  const span = typeof key === "number" ? itemSpan(raw, key) : memberSpan(raw, key);
  if (span === undefined) return undefined;
  const part = rawJson(slice(raw.bytes, span));
  partsOf.set(raw, parts.set(key, part));
  return part;
}

function memberSpan(raw: RawJson, key: string): Span | undefined {
  return firstByte(raw) === OPEN_BRACE ? membersOf(raw).get(key) : undefined;
}

function itemSpan(raw: RawJson, position: number): Span | undefined {
  return firstByte(raw) === OPEN_BRACKET ? itemsOf(raw).at(position) : undefined;
}

function itemsOf(raw: RawJson): readonly Span[] {
  const items = itemsOfArrays.get(raw) ?? arrayItems(raw.bytes);
  itemsOfArrays.set(raw, items);
  return items;
}

/** Whether a value is one of those that JMESPath takes for false. */
export function isFalsy({ bytes }: RawJson): boolean {
  return bytes.length <= 1_024 && FALSY.test(String.fromCharCode(...bytes));
}

function isNull({ bytes }: RawJson): boolean {
  return bytes.length < 64 && /^\s*null\s*$/.test(String.fromCharCode(...bytes));
}

/** Says what a value is, where a part of it was wanted that it does not have. */
function instead(raw: RawJson, key: string | number): string {
  const wanted = typeof key === "number" ? `item ${key}` : `member "${key}"`;
  return `has no ${wanted}: it is ${describeValue(raw)}`;
}

/** A value in a few words: its kind, and the names of its members. */
export function describeValue(raw: RawJson): string {
  const first = firstByte(raw);
  if (first === OPEN_BRACKET) return `an array of ${itemsOf(raw).length}`;
  if (first === OPEN_BRACE) {
    const names = [...membersOf(raw).keys()];
    if (names.length === 0) return "an empty object";
    const shown = names.slice(0, MAX_NAMES_SHOWN).map((name) => name.slice(0, 64));
    return `an object with ${shown.join(", ")}${names.length > shown.length ? ", …" : ""}`;
  }
  if (first === QUOTE) return "a string";
  if (isNull(raw)) return "null";
  return first === 0x74 || first === 0x66 ? "a boolean" : "a number";
}
