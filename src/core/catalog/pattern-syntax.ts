import {
  ANY_CHAR,
  CLASS_ESCAPES,
  complement,
  singleChar,
  union,
  type CharSet,
} from "./char-set.ts";

/** What a regular expression is made of, as far as its running time depends on it. */
export type PatternNode =
  | { readonly kind: "char"; readonly set: CharSet }
  | { readonly kind: "sequence"; readonly items: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly options: readonly PatternNode[] }
  | {
      readonly kind: "repeat";
      readonly item: PatternNode;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: "start" }
  | { readonly kind: "look"; readonly item: PatternNode }
  | { readonly kind: "empty" }
  | { readonly kind: "backreference" };

interface Cursor {
  readonly text: string;
  at: number;
  depth: number;
}

const MAX_DEPTH = 50;

/**
 * Reads an ECMAScript pattern.
 * @returns `undefined` for what is none, or is written in a way this reader does not know.
 */
export function parsePattern(pattern: string): PatternNode | undefined {
  const cursor: Cursor = { text: pattern, at: 0, depth: 0 };
  const node = readChoice(cursor);
  return cursor.at === pattern.length ? node : undefined;
}

function readChoice(cursor: Cursor): PatternNode | undefined {
  const options: PatternNode[] = [];
  if (++cursor.depth > MAX_DEPTH) return undefined;
  do {
    const option = readSequence(cursor);
    if (option === undefined) return undefined;
    options.push(option);
  } while (take(cursor, "|"));
  cursor.depth -= 1;
  return options.length === 1 ? options[0] : { kind: "choice", options };
}

function readSequence(cursor: Cursor): PatternNode | undefined {
  const items: PatternNode[] = [];
  while (cursor.at < cursor.text.length && !"|)".includes(cursor.text[cursor.at]!)) {
    const atom = readAtom(cursor);
    const item = atom && readQuantifier(cursor, atom);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return { kind: "sequence", items };
}

function readAtom(cursor: Cursor): PatternNode | undefined {
  const char = cursor.text[cursor.at++]!;
  switch (char) {
    case "(":
      return readGroup(cursor);
    case "[":
      return readClass(cursor);
    case "\\":
      return readEscape(cursor);
    case ".":
      return { kind: "char", set: ANY_CHAR };
    case "^":
      return { kind: "start" };
    case "$":
      return { kind: "empty" };
    case "*":
    case "+":
    case "?":
      return undefined;
    default:
      return { kind: "char", set: singleChar(char.charCodeAt(0)) };
  }
}

function readGroup(cursor: Cursor): PatternNode | undefined {
  const head = match(cursor, /\?(?::|=|!|<=|<!|<[A-Za-z_$][\w$]*>)/y);
  if (head === undefined && cursor.text[cursor.at] === "?") return undefined;
  const item = readChoice(cursor);
  if (item === undefined || !take(cursor, ")")) return undefined;
  return head !== undefined && /[=!]$/.test(head) ? { kind: "look", item } : item;
}

function readQuantifier(cursor: Cursor, item: PatternNode): PatternNode | undefined {
  const text = match(cursor, /[*+?]|\{\d+(?:,\d*)?\}/y);
  if (text === undefined) return item;
  take(cursor, "?");
  if (text === "*") return { kind: "repeat", item, min: 0, max: Infinity };
  if (text === "+") return { kind: "repeat", item, min: 1, max: Infinity };
  if (text === "?") return { kind: "repeat", item, min: 0, max: 1 };
  const [low, high] = text.slice(1, -1).split(",");
  const min = Number(low);
  const max = high === undefined ? min : high === "" ? Infinity : Number(high);
  return { kind: "repeat", item, min, max };
}

function readEscape(cursor: Cursor): PatternNode | undefined {
  if (match(cursor, /[bB]/y) !== undefined) return { kind: "empty" };
  if (match(cursor, /[1-9]|k</y) !== undefined) return { kind: "backreference" };
  const set = readEscapedSet(cursor);
  return set && { kind: "char", set };
}

function readClass(cursor: Cursor): PatternNode | undefined {
  const negated = take(cursor, "^");
  const sets: CharSet[] = [];
  while (!take(cursor, "]")) {
    const low = readClassSet(cursor);
    if (low === undefined) return undefined;
    sets.push(readRange(cursor, low));
  }
  return { kind: "char", set: negated ? complement(union(sets)) : union(sets) };
}

/** `a-z` where both ends are single characters; elsewhere the hyphen stands for itself. */
function readRange(cursor: Cursor, low: CharSet): CharSet {
  const from = onlyChar(low);
  const before = cursor.at;
  if (from === undefined || !take(cursor, "-") || cursor.text[cursor.at] === "]") {
    cursor.at = before;
    return low;
  }
  const to = onlyChar(readClassSet(cursor) ?? []);
  if (to !== undefined && to >= from) return [[from, to]];
  cursor.at = before;
  return low;
}

function onlyChar(set: CharSet): number | undefined {
  const [first] = set;
  return set.length === 1 && first![0] === first![1] ? first![0] : undefined;
}

function readClassSet(cursor: Cursor): CharSet | undefined {
  if (cursor.at >= cursor.text.length) return undefined;
  if (take(cursor, "\\")) return readEscapedSet(cursor);
  return singleChar(cursor.text.charCodeAt(cursor.at++));
}

const CONTROL_ESCAPES = new Map([
  ["t", 9],
  ["n", 10],
  ["v", 11],
  ["f", 12],
  ["r", 13],
  ["b", 8],
  ["0", 0],
]);

/** What stands after a backslash, where it is a character or a set of them. */
function readEscapedSet(cursor: Cursor): CharSet | undefined {
  const hex = match(cursor, /x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}/y);
  if (hex !== undefined) return singleChar(Number.parseInt(hex.slice(1), 16));
  if (match(cursor, /[pP]\{[^}]*\}|u\{[0-9a-fA-F]+\}|c[A-Za-z]/y) !== undefined) return ANY_CHAR;
  const char = cursor.text[cursor.at++];
  if (char === undefined) return undefined;
  const control = CONTROL_ESCAPES.get(char);
  return CLASS_ESCAPES.get(char) ?? singleChar(control ?? char.charCodeAt(0));
}

function take(cursor: Cursor, char: string): boolean {
  if (cursor.text[cursor.at] !== char) return false;
  cursor.at += 1;
  return true;
}

/** Takes what a sticky expression finds at the cursor. */
function match(cursor: Cursor, expression: RegExp): string | undefined {
  expression.lastIndex = cursor.at;
  const found = expression.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}
