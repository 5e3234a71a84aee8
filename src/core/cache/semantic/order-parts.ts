import { FUNCTION_WORDS, QUESTION_WORDS } from "./words/function-words.ts";
import { wordList } from "./words/word-list.ts";
import type { Token } from "./token.ts";

const TIMES = wordList("today tonight tomorrow yesterday");
/** What follows a time that speaks of the whole sentence. */
const CLAUSE_BEGINNINGS = wordList("what which who how when where is are was were do does did the");
const SPANS = wordList("week month quarter year weekend night");
const SPAN_PLACES = wordList("last this next");
const MAX_PLACE_WORDS = 3;
/** Function words that bind no place to what stands before them. */
const NEUTRAL = wordList("how what which who when is are was were do does did the a of");

/**
 * Brings what stands at the beginning and may as well stand at the end there: a time (`tomorrow
 * flights to Cork`), and `in <place>` before a question.
 */
export function partsToEnd(tokens: readonly Token[]): readonly Token[] {
  return placeToEnd(timeToEnd(tokens));
}

/** Only where it is the one time in the text, since two would bind to different words. */
function timeToEnd(tokens: readonly Token[]): readonly Token[] {
  const times = tokens.flatMap((_, at) => (timeLength(tokens, at) > 0 ? [at] : []));
  const length = timeLength(tokens, 0);
  if (times.length !== 1 || times[0] !== 0 || length === tokens.length) return tokens;
  // In "today show tickets" or "sunday roast" the time is part of a name.
  if (!CLAUSE_BEGINNINGS.has(tokens[length]!.form)) return tokens;
  return [...tokens.slice(length), ...tokens.slice(0, length)];
}

function timeLength(tokens: readonly Token[], at: number): number {
  const form = tokens[at]?.form ?? "";
  if (TIMES.has(form)) return 1;
  return SPAN_PLACES.has(form) && SPANS.has(tokens[at + 1]?.form ?? "") ? 2 : 0;
}

/** Only before a question without further places, to which it might belong at the end. */
function placeToEnd(tokens: readonly Token[]): readonly Token[] {
  if (tokens[0]?.form !== "in") return tokens;
  const end = tokens.findIndex(({ form }) => QUESTION_WORDS.has(form));
  if (end < 2 || end > 1 + MAX_PLACE_WORDS) return tokens;
  const rest = tokens.slice(end);
  const isSimple = rest.every(
    ({ form }) =>
      (NEUTRAL.has(form) || !FUNCTION_WORDS.has(form)) && timeLength([{ form }], 0) === 0,
  );
  return isSimple ? [...rest, ...tokens.slice(0, end)] : tokens;
}

/** Writes `to B from A` as `from A to B`, where each is a part of few words and there are no others. */
export function fromBeforeTo(tokens: readonly Token[]): readonly Token[] {
  const to = onlyPlace(tokens, "to");
  const from = onlyPlace(tokens, "from");
  if (to === undefined || from === undefined || to > from) return tokens;
  const end = partEnd(tokens, from);
  const lengths = [from - to, end - from];
  const isSimple =
    partEnd(tokens, to) === from &&
    lengths.every((each) => each > 1 && each <= 1 + MAX_PLACE_WORDS);
  if (!isSimple || tokens[end]?.form === "and" || tokens[end]?.form === "or") return tokens;
  return [
    ...tokens.slice(0, to),
    ...tokens.slice(from, end),
    ...tokens.slice(to, from),
    ...tokens.slice(end),
  ];
}

function onlyPlace(tokens: readonly Token[], form: string): number | undefined {
  const at = tokens.findIndex((token) => token.form === form);
  return at >= 0 && tokens.findLastIndex((token) => token.form === form) === at ? at : undefined;
}

/** Where the words after a preposition end: at the next function word or time. */
function partEnd(tokens: readonly Token[], start: number): number {
  for (let at = start + 1; at < tokens.length; at++) {
    if (FUNCTION_WORDS.has(tokens[at]!.form) || timeLength(tokens, at) > 0) return at;
  }
  return tokens.length;
}
