import { stem } from "./stem.ts";
import { isStopWord } from "./stop-words.ts";
import { splitWords } from "./words.ts";

const MAX_CACHED = 50_000;
/** The stemmer leaves the plurals of acronyms (`pdfs`, `svgs`) alone, for want of a vowel. */
const ACRONYM_PLURAL = /^[^aeiouy]{3,}(?<!s)s$/;

/** Turns text into stems, the same way for documents and queries. */
export interface Analyser {
  /** Stems of the words that carry meaning, in their order, with repeats. */
  stems(text: string): string[];
}

/** Makes an analyser that remembers the stems of the words it has seen, up to a bound. */
export function createAnalyser(): Analyser {
  const known = new Map<string, string | undefined>();

  function stemOf(word: string): string | undefined {
    const kept = known.get(word);
    if (kept !== undefined || known.has(word)) return kept;
    if (known.size >= MAX_CACHED) known.clear();
    const result = isStopWord(word) ? undefined : stemOrSingular(word);
    known.set(word, result);
    return result;
  }

  return {
    stems(text) {
      const stems: string[] = [];
      for (const word of splitWords(text)) {
        const found = stemOf(word);
        if (found !== undefined) stems.push(found);
      }
      return stems;
    },
  };
}

function stemOrSingular(word: string): string {
  return ACRONYM_PLURAL.test(word) ? word.slice(0, -1) : stem(word);
}
