/**
 * The names most like `wanted`, best first, for "did you mean" hints: case, `_`, `-` and spaces do
 * not count, and a name that holds the wanted one (or the reverse) counts as near.
 * Cost: O(names × length²) on names of at most 64 characters.
 */
export function nearestNames(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const folded = fold(wanted);
  const ranked: { name: string; distance: number }[] = [];
  for (const name of names) {
    const candidate = fold(name);
    const allowed = Math.max(2, Math.floor(Math.max(folded.length, candidate.length) * 0.4));
    const distance = contains(folded, candidate) ? 1 : editDistance(folded, candidate);
    if (distance <= allowed) ranked.push({ name, distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, limit).map((entry) => entry.name);
}

function fold(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[_\-\s.]/g, "")
    .slice(0, 64);
}

function contains(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 3 && long.includes(short);
}

/** Damerau–Levenshtein distance with adjacent transpositions (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforeLast[j - 2]! + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
