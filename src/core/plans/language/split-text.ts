/** A piece of a string: text as it is, or the expression of a reference. */
export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reference"; readonly expression: string };

/** A `${` that is not closed, and where it stands. */
export interface Unclosed {
  readonly unclosedAt: number;
}

/**
 * Cuts a string into text and references: `${…}` is a reference, `$${` stands for the text `${`.
 * The closing brace is found by reading the expression's tokens, so that braces may stand in its
 * literals and hashes. Cost: one pass.
 */
export function splitText(source: string): readonly TextPart[] | Unclosed {
  const parts: TextPart[] = [];
  let text = "";
  let from = 0;
  for (let at = source.indexOf("${"); at >= 0; at = source.indexOf("${", from)) {
    if (at > from && source[at - 1] === "$") {
      text += `${source.slice(from, at - 1)}\${`;
      from = at + 2;
      continue;
    }
    const close = closingBrace(source, at + 2);
    if (close === undefined) return { unclosedAt: at };
    text += source.slice(from, at);
    if (text !== "") parts.push({ kind: "text", text });
    parts.push({ kind: "reference", expression: source.slice(at + 2, close).trim() });
    text = "";
    from = close + 1;
  }
  text += source.slice(from);
  if (text !== "" || parts.length === 0) parts.push({ kind: "text", text });
  return parts;
}

function closingBrace(source: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    const char = source[at]!;
    if (char === "{") depth += 1;
    else if (char === "}" && depth === 0) return at;
    else if (char === "}") depth -= 1;
    else if (char === "'" || char === '"' || char === "`") at = quotedEnd(source, at, char);
  }
  return undefined;
}

/** JMESPath's raw strings, quoted names and literals all escape by a backslash. */
function quotedEnd(source: string, open: number, quote: string): number {
  let at = open + 1;
  while (at < source.length && source[at] !== quote) {
    const isEscape = source[at] === "\\" && (source[at + 1] === "\\" || source[at + 1] === quote);
    at += isEscape ? 2 : 1;
  }
  return at;
}
