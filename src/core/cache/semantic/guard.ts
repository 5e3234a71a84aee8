import type { TextFacts } from "./text-facts.ts";

/** How far two texts agree, whatever their embeddings say. */
export type Agreement =
  /** They say the same, word for word in plain form. */
  | "words"
  /** Only words differ that neither count nor direct nor name anything. */
  | "entities"
  | "none";

/** The facts that are compared. */
export type ComparedFacts = Pick<TextFacts, "words" | "entities">;

/** Compares what two texts say. Symmetric; a text agrees with itself in its words. */
export function agreement(a: ComparedFacts, b: ComparedFacts): Agreement {
  if (a.words === b.words) return "words";
  if (a.entities !== b.entities) return "none";
  const [wordsOfA, wordsOfB] = [a.words.split("\0"), b.words.split("\0")];
  return isInOneOrder(wordsOfA, wordsOfB) && !haveLookalikes(wordsOfA, wordsOfB)
    ? "entities"
    : "none";
}

/** Whether the words that both have stand in one order: `dogs bite men` is not `men bite dogs`. */
function isInOneOrder(a: readonly string[], b: readonly string[]): boolean {
  const [sharedOfA, sharedOfB] = [shared(a, b), shared(b, a)];
  // With all words shared they only change places, or one is said more often.
  const hasOthers = sharedOfA.length < a.length && sharedOfB.length < b.length;
  return hasOthers && sharedOfA.join("\0") === sharedOfB.join("\0");
}

function shared(words: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return words.filter((word) => known.has(word));
}

/** Letters that two forms of one word have in common: `work` and `worked`, `contact` and `contract`. */
const ALIKE_LETTERS = 3;

/** Whether a word stands in another form, or in another spelling, in the other text: models take these for one. */
function haveLookalikes(a: readonly string[], b: readonly string[]): boolean {
  return shared(ownBeginnings(a, b), ownBeginnings(b, a)).length > 0;
}

function ownBeginnings(words: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  const own = words.filter((word) => !known.has(word));
  return own.map((word) => word.slice(0, ALIKE_LETTERS));
}
