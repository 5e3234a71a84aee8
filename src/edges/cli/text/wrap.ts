import { displayWidth } from "./display-width.ts";

/** Breaks a text at spaces into lines of at most `width` columns; a longer word stands on its own line. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/ +/)) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (current !== "" && displayWidth(longer) > width) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

/** A text in lines of at most `width` columns, each behind `indent`. */
export function indented(text: string, indent: string, width: number): string {
  return wrap(text, Math.max(20, width - indent.length))
    .map((line) => `${indent}${line}`.trimEnd())
    .join("\n");
}
