/**
 * Takes the first of each list, then the second of each, and so on, each item once, up to `limit`.
 */
export function interleave<Item>(
  lists: readonly (readonly Item[])[],
  { limit, keyOf }: { limit: number; keyOf: (item: Item) => unknown },
): Item[] {
  const seen = new Set<unknown>();
  const merged: Item[] = [];
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let rank = 0; rank < longest; rank++) {
    for (const list of lists) {
      const item = list[rank];
      if (item === undefined || seen.has(keyOf(item))) continue;
      if (merged.length === limit) return merged;
      seen.add(keyOf(item));
      merged.push(item);
    }
  }
  return merged;
}
