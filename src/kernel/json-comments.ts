const LINE_COMMENT = 1;
const BLOCK_COMMENT = 2;

/**
 * Makes JSON with comments and trailing commas (as VS Code and others write it) plain: comments,
 * such commas and tabs become spaces, so that every offset, line and column stays the same.
 */
export function blankJsonComments(text: string): string {
  const out: string[] = [];
  let lastComma = -1;
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    const end = tokenEnd(text, at);
    const comment = commentKind(text, at) !== 0;
    if (comment) out.push(text.slice(at, end).replaceAll(/[^\r\n]/g, " "));
    else if (char === "\t") out.push(" ");
    else out.push(text.slice(at, end));
    if ((char === "}" || char === "]") && lastComma >= 0) out[lastComma] = " ";
    if (char === ",") lastComma = out.length - 1;
    else if (!comment && !/\s/.test(char)) lastComma = -1;
    at = end;
  }
  return out.join("");
}

function commentKind(text: string, at: number): 0 | typeof LINE_COMMENT | typeof BLOCK_COMMENT {
  if (text[at] !== "/") return 0;
  if (text[at + 1] === "/") return LINE_COMMENT;
  return text[at + 1] === "*" ? BLOCK_COMMENT : 0;
}

/** Where the string, comment or single character that begins at `at` ends. */
function tokenEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  const kind = commentKind(text, at);
  if (kind === LINE_COMMENT) {
    const newline = text.indexOf("\n", at);
    return newline === -1 ? text.length : newline;
  }
  if (kind === BLOCK_COMMENT) {
    const close = text.indexOf("*/", at + 2);
    return close === -1 ? text.length : close + 2;
  }
  return at + 1;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
    else if (text[at] === "\n") return at;
  }
  return text.length;
}
