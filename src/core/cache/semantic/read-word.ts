import { isCased } from "./words/cased-words.ts";
import { FUNCTION_WORDS } from "./words/function-words.ts";
import { wordList } from "./words/word-list.ts";
import { word, type Token } from "./token.ts";

/** Where a word stands. */
export interface WordPlace {
  readonly beginsSentence: boolean;
  /** Whether the text has no lower-case letter, so that capitals say nothing. */
  readonly isShouted: boolean;
}

/** Letters, with single hyphens or an apostrophe in them. */
const WORD = /^[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+){0,5}(?:['’]\p{L}{1,4})?$/u;
const CAPITALISED =
  /^\p{Lu}[\p{Ll}\p{Lo}\p{M}]+(?:-\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+)*(?:['’]\p{Ll}{1,4})?$/u;
/** Short words that in a text of capitals may be abbreviations (`US`, `IT`, `OR`). */
const ABBREVIATIONS = /* @__PURE__ */ wordList("us it who or me hi ok la ma pa ai id hr aids");
const SINGLE_CAPITAL = /^\p{Lu}$/u;
const CONTRACTION = /^(.+?)(n't|'(?:s|re|ve|ll|m|d))$/;
/** After these, `'s` is a verb; after others it says whose. */
const BEFORE_IS = /^(?:what|who|where|when|how|that|there|here|it)$/;
const ENDINGS: Readonly<Record<string, string>> = {
  "'re": "are",
  "'ve": "have",
  "'ll": "will",
  "'m": "am",
};
const NEGATED: Readonly<Record<string, string>> = {
  "can't": "can",
  "won't": "will",
  "shan't": "shall",
};

/**
 * A word in the form that its equals have; contractions are written out. `undefined` for what is no
 * plain word: letters with digits or signs among them, or humps (`getUser`, `GitHub`).
 */
export function readWord(chunk: string, place: WordPlace): Token[] | undefined {
  if (!WORD.test(chunk)) return undefined;
  const written = chunk.replace("’", "'");
  const lower = written.toLowerCase();
  if (lower === written) return expand(lower);
  const isShouted = place.isShouted && !ABBREVIATIONS.has(lower);
  if (isShouted || lower === "i" || lower.startsWith("i'"))
    return withWritten(expand(lower), written);
  if (CAPITALISED.test(chunk) || SINGLE_CAPITAL.test(chunk)) {
    return place.beginsSentence ? firstWord(lower, written) : [innerWord(lower, written)];
  }
  // All capitals (`WHO`, `US`) may be the name of something else than the word.
  return written === written.toUpperCase() ? [{ form: `^${written}`, isName: true }] : undefined;
}

function firstWord(lower: string, written: string): Token[] {
  const owner = lower.replace(/'s$/, "");
  if (FUNCTION_WORDS.has(owner)) return withWritten(expand(lower), written);
  if (isCased(owner)) return [{ form: `^${written}` }];
  return withWritten(expand(lower), written).map((token) => ({ ...token, mayBeName: true }));
}

/** A capital inside a sentence begins a name; its case counts where the word is one as well. */
function innerWord(lower: string, written: string): Token {
  const owner = lower.replace(/'s$/, "");
  const isAmbiguous = written.length === 1 || FUNCTION_WORDS.has(owner) || isCased(owner);
  return isAmbiguous
    ? { form: `^${written}`, isName: true }
    : { form: lower, isName: true, written };
}

function withWritten(tokens: readonly Token[], written: string): Token[] {
  return tokens.map((token) => ({ ...token, written }));
}

function expand(lower: string): Token[] {
  if (lower === "cannot") return [word("can"), word("not")];
  const parts = CONTRACTION.exec(lower);
  if (parts === null) return [word(lower)];
  const [, stem = "", ending = ""] = parts;
  if (ending === "n't") return [word(NEGATED[lower] ?? stem), word("not")];
  if (ending === "'s") return [word(stem), word(BEFORE_IS.test(stem) ? "is" : "'s")];
  if (ending === "'d") return [word(stem), word(stem === "i" ? "would" : "'d")];
  return [word(stem), word(ENDINGS[ending] ?? ending)];
}
