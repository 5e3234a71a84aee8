import canonicalize from "canonicalize";
import { asBuffer } from "../../kernel/as-buffer.ts";
import type { RawJson } from "../../kernel/raw-json.ts";

/** Longest text that is worth the work, in bytes. */
const MAX_BYTES = 65_536;

/** What only numbers that a double may not hold look like: 16 digits, or a great exponent. */
const SUSPECT_NUMBER = /[\d.]{16}|\d[eE][+-]?\d{3}/;
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const SAFE_DIGITS = 15;

/**
 * The canonical form (RFC 8785) of a JSON text, so that texts which mean the same are equal.
 * `undefined` where there is none: a lone surrogate, a text above 64 KiB, or a number that would be
 * rounded, such as an integer beyond 2^53; texts that differ only there must not pass for the same.
 */
export function canonicalJson(raw: RawJson): string | undefined {
  if (raw.bytes.length > MAX_BYTES) return undefined;
  const text = asBuffer(raw.bytes).toString("latin1");
  if (SUSPECT_NUMBER.test(text) && holdsRoundedNumber(text)) return undefined;
  try {
    return canonicalize(raw.value());
  } catch {
    return undefined;
  }
}

function holdsRoundedNumber(text: string): boolean {
  return (text.match(TOKENS) ?? []).some(
    (token) =>
      token[0] !== '"' &&
      (token.length > SAFE_DIGITS || /e/i.test(token)) &&
      String(Number(token)) !== token,
  );
}
