import { isCased } from "./words/cased-words.ts";
import { equalUnit, equalWord } from "./words/equal-words.ts";
import { ENGLISH_WORDS, FOREIGN_WORDS, FUNCTION_WORDS } from "./words/function-words.ts";
import { isTelling } from "./words/telling-words.ts";
import { dropCourtesy } from "./drop-courtesy.ts";
import { fromBeforeTo, partsToEnd } from "./order-parts.ts";
import { writeNumberWords } from "./read-number.ts";
import { scanTokens } from "./scan-tokens.ts";
import { isExact, isNumber, isWord, type Token } from "./token.ts";
import { writeDates } from "./write-dates.ts";

/** Longer texts are documents rather than requests. */
export const MAX_TEXT_LENGTH = 4_096;

/** What a text says, as far as rules can tell. Facts of two texts are compared as strings. */
export interface TextFacts {
  /**
   * Every word in its plain form and order, without courtesies. Texts that agree here say the same
   * whatever a model thinks of them.
   */
  readonly words: string;
  /**
   * What must be equal in any case, in its order: numbers, dates, quotations, identifiers, paths,
   * URLs, addresses, names, negations, comparisons, quantities, directions, opposites, units, times.
   */
  readonly entities: string;
  /** Numbers, dates, and what counts to the letter, sorted: equal wherever `words` or `entities` are. */
  readonly exact: string;
  /** The plain words as text, for embedding. */
  readonly plain: string;
}

/** Stands in no text that has facts. */
const BETWEEN = "\0";

/**
 * The facts of a text, in time linear in its length; `undefined` for texts that cannot be judged:
 * longer than `MAX_TEXT_LENGTH`, or with control characters or half surrogate pairs in them.
 */
export function textFacts(text: string): TextFacts | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  const scanned = scanTokens(text);
  if (scanned === undefined) return undefined;
  const dated = writeDates(scanned);
  const tokens = isEnglish(dated) ? inPlainEnglish(dated) : asWritten(dated);
  const forms = tokens.map(({ form }) => form);
  return {
    words: forms.join(BETWEEN),
    entities: join(tokens, (token) => isEntity(token)),
    exact: join(tokens, isExact, (a, b) => (a < b ? -1 : 1)),
    plain: forms.map((form) => form.replace(/^[=^#@]/, "")).join(" "),
  };
}

function join(
  tokens: readonly Token[],
  wanted: (token: Token) => boolean,
  order?: (a: string, b: string) => number,
): string {
  const forms = tokens.filter(wanted).map(({ form }) => form);
  return (order === undefined ? forms : forms.toSorted(order)).join(BETWEEN);
}

/** Only of English is it known what may be left away. */
function isEnglish(tokens: readonly Token[]): boolean {
  return (
    tokens.some(({ form }) => ENGLISH_WORDS.has(equalWord(form))) &&
    !tokens.some(({ form }) => FOREIGN_WORDS.has(form))
  );
}

function inPlainEnglish(tokens: readonly Token[]): readonly Token[] {
  const request = dropCourtesy(equalWords(writeNumberWords(tokens)));
  // A part at the beginning may have hidden a courtesy behind it.
  const said = dropCourtesy(partsToEnd(request));
  return fromBeforeTo(withoutArticles(said));
}

function equalWords(tokens: readonly Token[]): Token[] {
  return tokens.map((token, at) => {
    if (token.isName === true || !isWord(token)) return token;
    const previous = tokens[at - 1];
    const isUnit = previous !== undefined && isNumber(previous);
    return { ...token, form: isUnit ? equalUnit(token.form) : equalWord(token.form) };
  });
}

/** `the` goes where a thing follows, unless the two may be a name (`the who`, `the office`). */
function withoutArticles(tokens: readonly Token[]): Token[] {
  return tokens.filter((token, at) => {
    const next = tokens[at + 1]?.form;
    if (token.form !== "the" || next === undefined) return true;
    return FUNCTION_WORDS.has(next) || isCased(next);
  });
}

function asWritten(tokens: readonly Token[]): Token[] {
  return tokens.map((token) =>
    token.written === undefined ? token : { ...token, form: `^${token.written}` },
  );
}

function isEntity(token: Token): boolean {
  const { isName = false, mayBeName = false } = token;
  return isName || mayBeName || !isWord(token) || isTelling(token.form);
}
