const SENTINEL = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Writes a value into a header such as `Mcp-Name`: as it is, or as `=?base64?…?=` where it must be. */
export function encodeHeaderValue(value: string): string {
  if (PLAIN.test(value) && !SENTINEL.test(value)) return value;
  return `=?base64?${Buffer.from(value).toString("base64")}?=`;
}

/** Reads such a header; `undefined` when the base64 form is malformed. */
export function decodeHeaderValue(header: string): string | undefined {
  const trimmed = header.trim();
  if (!trimmed.startsWith("=?base64?")) return trimmed;
  const encoded = SENTINEL.exec(trimmed)?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) return undefined;
  return Buffer.from(encoded, "base64").toString("utf8");
}
