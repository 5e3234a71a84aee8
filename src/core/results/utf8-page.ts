/** A piece of UTF-8 text by byte offsets; `end` is exclusive. */
export interface Utf8Page {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Cuts at most `limit` bytes from `offset` without cutting a character: an offset inside a character
 * moves back to its beginning, and a page holds at least one character. Bytes that are not UTF-8
 * come out as U+FFFD.
 */
export function utf8Page(
  bytes: Uint8Array,
  range: { readonly offset: number; readonly limit: number },
): Utf8Page {
  const start = characterStart(bytes, range.offset);
  const wanted = Math.min(bytes.length, start + range.limit);
  const cut = characterStart(bytes, wanted);
  const end = cut > start || start === bytes.length ? cut : characterEnd(bytes, start);
  return { text: decoder.decode(bytes.subarray(start, end)), start, end };
}

/** The beginning of the character that holds the byte at `offset`; a character has at most 4 bytes. */
function characterStart(bytes: Uint8Array, offset: number): number {
  if (offset >= bytes.length) return bytes.length;
  let at = offset;
  while (at > 0 && offset - at < 3 && isContinuation(bytes[at]!)) at -= 1;
  return isContinuation(bytes[at]!) ? offset : at;
}

function characterEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && at - start < 4 && isContinuation(bytes[at]!)) at += 1;
  return at;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
