/** Says whether a text fits a pattern. */
export type TextMatcher = (text: string) => boolean;

/**
 * Matches whole texts against globs: `*` stands for any run of characters, `?` for any one, all
 * else for itself; case counts. Without globs nothing matches.
 * Cost: O(text × glob) at worst, never exponential, and one set look-up where no glob has a wildcard.
 */
export function createGlobMatcher(globs: readonly string[]): TextMatcher {
  const exact = new Set(globs.filter((glob) => !/[*?]/.test(glob)));
  const patterns = globs.filter((glob) => !exact.has(glob));
  if (patterns.includes("*")) return () => true;
  return (text) => exact.has(text) || patterns.some((glob) => matchesGlob(text, glob));
}

/** Matches greedily and, on a mismatch, lets the latest `*` take one character more. */
function matchesGlob(text: string, glob: string): boolean {
  let [at, globAt, star, retryAt] = [0, 0, -1, 0];
  while (at < text.length) {
    const wanted = glob[globAt];
    if (wanted === "*") {
      star = globAt++;
      retryAt = at;
    } else if (wanted === "?" || (wanted !== undefined && wanted === text[at])) {
      globAt += 1;
      at += 1;
    } else if (star >= 0) {
      globAt = star + 1;
      at = ++retryAt;
    } else {
      return false;
    }
  }
  while (glob[globAt] === "*") globAt += 1;
  return globAt === glob.length;
}
