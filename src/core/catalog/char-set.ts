/** A set of UTF-16 code units as sorted, separate, inclusive ranges. */
export type CharSet = readonly (readonly [low: number, high: number])[];

const LAST = 0xffff;

export const ANY_CHAR: CharSet = [[0, LAST]];

const DIGITS: CharSet = [[0x30, 0x39]];
const WORDS: CharSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SPACES: CharSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

/** The sets that a backslash and a letter stand for in a pattern. */
export const CLASS_ESCAPES: ReadonlyMap<string, CharSet> = new Map([
  ["d", DIGITS],
  ["D", complement(DIGITS)],
  ["w", WORDS],
  ["W", complement(WORDS)],
  ["s", SPACES],
  ["S", complement(SPACES)],
]);

/** The set of one code unit. */
export function singleChar(code: number): CharSet {
  return [[code, code]];
}

/** All that stands in any of the sets. */
export function union(sets: readonly CharSet[]): CharSet {
  const ranges = sets.flat().toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of ranges) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

/** All that does not stand in the set. */
export function complement(set: CharSet): CharSet {
  const gaps: [number, number][] = [];
  let from = 0;
  for (const [low, high] of set) {
    if (low > from) gaps.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= LAST) gaps.push([from, LAST]);
  return gaps;
}

/** Whether some code unit stands in both. */
export function overlaps(a: CharSet, b: CharSet): boolean {
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i]!, b[j]!];
    if (left[1] < right[0]) i += 1;
    else if (right[1] < left[0]) j += 1;
    else return true;
  }
  return false;
}
