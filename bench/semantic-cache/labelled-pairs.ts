import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Two requests, and whether one answer serves both. */
export interface LabelledPair {
  readonly is: "same" | "different";
  /** What tells them apart, or how one is worded anew. */
  readonly kind: string;
  readonly a: string;
  readonly b: string;
}

/**
 * `tuning`: looked at while the rules were made. `held-out`: written before them by the same hand;
 * of its results only the sums were looked at.
 */
export const PARTS = ["tuning", "held-out"] as const;

/** The pairs of a part, all of our own writing. */
export function readPairs(part: (typeof PARTS)[number]): readonly LabelledPair[] {
  const file = new URL(`../../test/data/semantic-pairs.${part}.jsonl`, import.meta.url);
  return readFileSync(fileURLToPath(file), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LabelledPair);
}
