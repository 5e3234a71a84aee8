/** The last lines that a server's processes wrote to stderr. */
export interface StderrTail {
  add(line: string): void;
  lines(): readonly string[];
  /** The last line that says something. */
  readonly last: string | undefined;
}

/** Makes a tail of `maxLines`. */
export function createStderrTail(options: { readonly maxLines: number }): StderrTail {
  const lines: string[] = [];
  return {
    add(line) {
      lines.push(line);
      if (lines.length > options.maxLines) lines.shift();
    },
    lines: () => lines.slice(),
    get last() {
      return lines.findLast((line) => line.trim() !== "");
    },
  };
}
