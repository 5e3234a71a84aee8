/** Writes a path into a JSON document as a JSON pointer (RFC 6901); the root is the empty text. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
