/** Hits of a cache that keeps the `room` keys used last, on a trace of keys. */
export function countLruHits(trace: readonly number[], room: number): number {
  const kept = new Set<number>();
  let hits = 0;
  for (const key of trace) {
    if (kept.delete(key)) hits += 1;
    else if (kept.size === room) kept.delete(kept.values().next().value!);
    kept.add(key);
  }
  return hits;
}

/**
 * Hits of the best cache there can be, which knows the future: of all keys it lets go the one that is
 * needed last, which may be the new one.
 * Source: Belady: A study of replacement algorithms for a virtual-storage computer, IBM Systems
 * Journal 5(2), 1966.
 */
export function countBeladyHits(trace: readonly number[], room: number): number {
  const nextUse = nextUses(trace);
  const kept = new Map<number, number>();
  const byNextUse = new FarthestFirst();
  let hits = 0;
  trace.forEach((key, at) => {
    if (kept.has(key)) hits += 1;
    kept.set(key, nextUse[at]!);
    byNextUse.push({ key, use: nextUse[at]! });
    while (kept.size > room) {
      const { key: last, use } = byNextUse.pop()!;
      if (kept.get(last) === use) kept.delete(last);
    }
  });
  return hits;
}

/**
 * The share of hits of an LRU cache in the long run, when keys are asked independently.
 * Source: Che, Tung, Wang: Hierarchical Web Caching Systems, IEEE JSAC 20(7), 2002: a key stays for
 * the time T for which the expected number of distinct keys asked equals the room.
 */
export function cheHitRatio(shares: readonly number[], room: number): number {
  const distinct = (time: number): number => sum(shares, (share) => 1 - Math.exp(-share * time));
  let [low, high] = [0, 1];
  while (distinct(high) < room) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (distinct(middle) < room) low = middle;
    else high = middle;
  }
  return sum(shares, (share) => share * (1 - Math.exp(-share * high)));
}

function sum(values: readonly number[], of: (value: number) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

/** At each place of the trace, where the same key comes next. */
function nextUses(trace: readonly number[]): number[] {
  const uses: number[] = Array.from({ length: trace.length });
  const last = new Map<number, number>();
  for (let at = trace.length - 1; at >= 0; at--) {
    uses[at] = last.get(trace[at]!) ?? Infinity;
    last.set(trace[at]!, at);
  }
  return uses;
}

interface Use {
  readonly key: number;
  readonly use: number;
}

/** A binary heap with the farthest use on top; uses that have been overtaken stay in it until they come up. */
class FarthestFirst {
  readonly #uses: Use[] = [];

  push(added: Use): void {
    const uses = this.#uses;
    let at = uses.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (uses[parent]!.use >= added.use) break;
      uses[at] = uses[parent]!;
      at = parent;
    }
    uses[at] = added;
  }

  pop(): Use | undefined {
    const uses = this.#uses;
    const [top] = uses;
    const moved = uses.pop();
    if (moved === undefined || uses.length === 0) return top;
    let at = 0;
    for (let child = 1; child < uses.length; child = 2 * at + 1) {
      if (child + 1 < uses.length && uses[child + 1]!.use > uses[child]!.use) child += 1;
      if (uses[child]!.use <= moved.use) break;
      uses[at] = uses[child]!;
      at = child;
    }
    uses[at] = moved;
    return top;
  }
}
