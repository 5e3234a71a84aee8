import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from "../../../mcp/json-bytes.ts";
import { parseSpan } from "../../../mcp/json-scan.ts";

/** A string in a JSON text: byte offsets with its quotes, end exclusive. */
export interface FoundString {
  readonly start: number;
  readonly end: number;
  /** Whether it is the name of a member. */
  readonly isKey: boolean;
  /** Where it stands; a name stands where its value does. */
  path(): readonly (string | number)[];
}

const STRUCTURE: ReadonlySet<number> = /* @__PURE__ */ new Set([
  COMMA,
  COLON,
  OPEN_BRACE,
  CLOSE_BRACE,
  OPEN_BRACKET,
  CLOSE_BRACKET,
]);

/** An object or array that is being read: where in it we are. */
type Level =
  | { readonly kind: "object"; key: { start: number; end: number }; isAtKey: boolean }
  | { readonly kind: "array"; index: number };

/**
 * Tells every string of a JSON text that is known to be well-formed, in order.
 * Cost: one pass, without recursion.
 */
export function scanStrings(json: Uint8Array, onString: (found: FoundString) => void): void {
  const levels: Level[] = [];
  const path = (): (string | number)[] =>
    levels.map((level) =>
      level.kind === "array" ? level.index : (parseSpan(json, level.key) as string),
    );

  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) {
      const end = stringEnd(json, at);
      const level = levels.at(-1);
      const isKey = level?.kind === "object" && level.isAtKey;
      if (isKey) level.key = { start: at, end };
      onString({ start: at, end, isKey, path });
      at = end - 1;
    } else if (STRUCTURE.has(byte)) step(levels, byte);
  }
}

function step(levels: Level[], byte: number): void {
  const level = levels.at(-1);
  if (byte === OPEN_BRACE)
    levels.push({ kind: "object", key: { start: 0, end: 0 }, isAtKey: true });
  else if (byte === OPEN_BRACKET) levels.push({ kind: "array", index: 0 });
  else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) levels.pop();
  else if (level?.kind === "array") level.index += 1;
  else if (level !== undefined) level.isAtKey = byte === COMMA;
}

function stringEnd(json: Uint8Array, open: number): number {
  let at = open + 1;
  while (json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}
