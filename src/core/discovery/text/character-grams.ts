/** The distinct character n-grams of a word, with `_` for its beginning and end. */
export function characterGrams(word: string, shortest: number, longest: number): string[] {
  const padded = `_${word}_`;
  const grams = new Set<string>();
  for (let length = shortest; length <= longest; length++) {
    for (let at = 0; at + length <= padded.length; at++) grams.add(padded.slice(at, at + length));
  }
  return [...grams];
}
