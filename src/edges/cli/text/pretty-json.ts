const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;
const STEP = "  ";

/**
 * Lays a JSON text out over lines. Its numbers and strings stay as they are written, so that no
 * integer is rounded; what is not JSON comes back in some form, never as an error.
 */
export function prettyJson(text: string): string {
  const tokens = text.match(TOKENS) ?? [];
  const parts: string[] = [];
  let depth = 0;
  const newline = (): string => `\n${STEP.repeat(depth)}`;
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    if (token === "}" || token === "]") {
      depth = Math.max(0, depth - 1);
      parts.push(before === "{" || before === "[" ? token : newline() + token);
    } else if (token === ",") parts.push(token);
    else if (token === ":") parts.push(": ");
    else {
      parts.push(startsLine(before) ? newline() + token : token);
      if (token === "{" || token === "[") depth += 1;
    }
  });
  return parts.join("");
}

function startsLine(before: string | undefined): boolean {
  return before === "{" || before === "[" || before === ",";
}
