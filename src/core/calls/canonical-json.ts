import canonicalize from "canonicalize";
import { asBuffer } from "../../kernel/as-buffer.ts";
import type { JsonValue } from "../../kernel/json.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import { BACKSLASH, COLON, QUOTE } from "../../mcp/json-bytes.ts";

/** Longest text that is worth the work, in bytes. */
const MAX_BYTES = 65_536;

/** What only numbers that a double may not hold look like: 16 digits, a great exponent, or -0. */
const SUSPECT_NUMBER = /[\d.]{16}|\d[eE][+-]?\d{3}|-0/;
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const SAFE_DIGITS = 15;

/**
 * The canonical form (RFC 8785) of a JSON text, so that texts which mean the same are equal.
 * `undefined` where there is none, or readers may differ about what the text means: a lone
 * surrogate, a member that is named twice, a text above 64 KiB, or a number that would be rounded,
 * such as an integer beyond 2^53 or -0; texts that differ only there must not pass for the same.
 */
export function canonicalJson(raw: RawJson): string | undefined {
  if (raw.bytes.length > MAX_BYTES) return undefined;
  const text = asBuffer(raw.bytes).toString("latin1");
  if (SUSPECT_NUMBER.test(text) && holdsRoundedNumber(text)) return undefined;
  const canonical = canonicalForm(raw);
  if (canonical === undefined) return undefined;
  return countMembers(text) === countMembers(canonical) ? canonical : undefined;
}

/**
 * The canonical form of a JSON object without some of its members; `undefined` where the whole
 * object has none.
 */
export function canonicalWithout(raw: RawJson, leftOut: ReadonlySet<string>): string | undefined {
  const canonical = canonicalJson(raw);
  if (canonical === undefined || leftOut.size === 0) return canonical;
  const members = Object.entries(raw.value() as Readonly<Record<string, JsonValue>>);
  return canonicalize(Object.fromEntries(members.filter(([name]) => !leftOut.has(name))));
}

function canonicalForm(raw: RawJson): string | undefined {
  try {
    return canonicalize(raw.value());
  } catch {
    return undefined;
  }
}

function holdsRoundedNumber(text: string): boolean {
  return (text.match(TOKENS) ?? []).some((token) => {
    if (token[0] === '"') return false;
    const isLong = token.length > SAFE_DIGITS || /e/i.test(token);
    return (isLong && String(Number(token)) !== token) || Object.is(Number(token), -0);
  });
}

/** How many members all objects of a JSON text have, those counted twice that are named twice. */
function countMembers(text: string): number {
  let count = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInString = !isInString;
    else if (code === BACKSLASH) at += 1;
    else if (code === COLON && !isInString) count += 1;
  }
  return count;
}
