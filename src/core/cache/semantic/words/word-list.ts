/** The words of a text, parted by white space: lists of words read best as prose. */
export function wordList(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(" ")));
}
