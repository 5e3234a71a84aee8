import type { Judge } from "./judges.ts";
import type { LabelledPair } from "./labelled-pairs.ts";

/** So many of so many. */
export interface Share {
  readonly count: number;
  readonly of: number;
}

/** What a judge made of a set of pairs. */
export interface Rates {
  /** Pairs that are the same and were found. */
  readonly hits: Share;
  /** Pairs that are different and were found all the same. */
  readonly wrongHits: Share;
  /** The wrong hits themselves. */
  readonly wrong: readonly LabelledPair[];
}

/** Lets a judge decide every pair. */
export async function ratesOf(pairs: readonly LabelledPair[], judge: Judge): Promise<Rates> {
  let hits = 0;
  const wrong: LabelledPair[] = [];
  for (const pair of pairs) {
    if (!(await judge(pair))) continue;
    if (pair.is === "same") hits += 1;
    else wrong.push(pair);
  }
  const same = pairs.filter(({ is }) => is === "same").length;
  return {
    hits: { count: hits, of: same },
    wrongHits: { count: wrong.length, of: pairs.length - same },
    wrong,
  };
}

const Z = 1.96;

/**
 * The Wilson score interval of a share, two-sided at 95 %.
 * Source: Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 1927.
 */
export function wilsonInterval({ count, of }: Share): {
  readonly from: number;
  readonly to: number;
} {
  if (of === 0) return { from: 0, to: 1 };
  const rate = count / of;
  const z2 = (Z * Z) / of;
  const centre = (rate + z2 / 2) / (1 + z2);
  const spread = (Z * Math.sqrt((rate * (1 - rate) + z2 / 4) / of)) / (1 + z2);
  return { from: Math.max(0, centre - spread), to: Math.min(1, centre + spread) };
}
