import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import { pointerKeys } from "../../../kernel/json-pointer.ts";
import { arrayItems, objectMembers, type Span } from "../../../mcp/json-scan.ts";

/** A place in a text, counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Tells where a JSON pointer leads in a text: to the place of the nearest value above if there is none. */
export type Locate = (pointer: string) => TextPlace;

/** Places in well-formed JSON, read no further than asked. */
export function locateInJson(text: Uint8Array): Locate {
  const known = new Map<string, ReadonlyMap<string, Span>>();
  let placeOf: ((offset: number) => TextPlace) | undefined;

  /** The members or items of the value in a span, which stands at `pointer`. */
  function inside(pointer: string, span: Span): ReadonlyMap<string, Span> {
    let found = known.get(pointer);
    if (found === undefined) known.set(pointer, (found = readInside(text, span)));
    return found;
  }

  return (pointer) => {
    let span: Span = { start: startOfValue(text), end: text.length };
    let at = "";
    for (const key of pointerKeys(pointer)) {
      const next = inside(at, span).get(key);
      if (next === undefined) break;
      span = next;
      at += `/${key}`;
    }
    placeOf ??= placesOfBytes(text);
    return placeOf(span.start);
  };
}

/** Places in well-formed YAML: those of keys, so that a mapping is found where it is named. */
export function locateInYaml(text: string): Locate {
  let parsed: { readonly document: Document.Parsed; readonly lines: LineCounter } | undefined;
  return (pointer) => {
    if (parsed === undefined) {
      const lines = new LineCounter();
      parsed = { document: parseDocument(text, { lineCounter: lines, uniqueKeys: false }), lines };
    }
    const { line, col } = parsed.lines.linePos(offsetInYaml(parsed.document, pointer));
    return { line, column: col };
  };
}

/** Tells the line and column of a byte; columns count UTF-16 units, as editors do. */
export function placesOfBytes(text: Uint8Array): (offset: number) => TextPlace {
  const starts = [0];
  for (let at = text.indexOf(0x0a); at !== -1; at = text.indexOf(0x0a, at + 1)) starts.push(at + 1);
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    const before = Buffer.from(text.subarray(starts[line], offset)).toString("utf8");
    return { line: line + 1, column: before.length + 1 };
  };
}

function readInside(text: Uint8Array, span: Span): ReadonlyMap<string, Span> {
  if (text[span.start] === 0x7b) return objectMembers(text, span);
  if (text[span.start] !== 0x5b) return new Map();
  return new Map(arrayItems(text, span).map((item, index) => [String(index), item]));
}

function startOfValue(text: Uint8Array): number {
  return Math.max(
    0,
    text.findIndex((byte) => byte > 0x20),
  );
}

function offsetInYaml(document: Document.Parsed, pointer: string): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of pointerKeys(pointer)) {
    if (isAlias(node)) node = node.resolve(document);
    const step = stepInto(node, key);
    if (step === undefined) break;
    offset = startOf(step.place) ?? offset;
    node = step.node;
  }
  return offset;
}

/** The value under a key, and the node that names its place. */
function stepInto(
  node: unknown,
  key: string,
): { readonly place: unknown; readonly node: unknown } | undefined {
  if (isSeq(node)) {
    const item = /^\d+$/.test(key) ? node.items[Number(key)] : undefined;
    return item === undefined ? undefined : { place: item, node: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key: name }) => isScalar(name) && nameOf(name) === key);
  return pair && { place: pair.key, node: pair.value };
}

function nameOf({ value, source }: { value: unknown; source?: string }): string {
  return typeof value === "string" ? value : (source ?? String(value));
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0];
}
