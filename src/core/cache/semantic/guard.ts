import type { TextFacts } from "./text-facts.ts";

/** How far two texts agree, whatever their embeddings say. */
export type Agreement =
  /** They say the same, word for word in plain form. */
  | "words"
  /** Only words differ that neither count nor direct nor name anything. */
  | "entities"
  | "none";

/** Compares what two texts say. Symmetric; a text agrees with itself in its words. */
export function agreement(a: ComparedFacts, b: ComparedFacts): Agreement {
  if (a.words === b.words) return "words";
  return a.entities === b.entities && isInOneOrder(a.words, b.words) ? "entities" : "none";
}

/** The facts that are compared. */
export type ComparedFacts = Pick<TextFacts, "words" | "entities">;

/** Whether the words that both have stand in one order: `dogs bite men` is not `men bite dogs`. */
function isInOneOrder(a: string, b: string): boolean {
  const [wordsOfA, wordsOfB] = [a.split("\0"), b.split("\0")];
  const order = shared(wordsOfA, wordsOfB);
  // With all words shared they only change places, or one is said more often.
  return order === shared(wordsOfB, wordsOfA) && order !== a && order !== b;
}

function shared(words: readonly string[], others: readonly string[]): string {
  const known = new Set(others);
  return words.filter((word) => known.has(word)).join("\0");
}
