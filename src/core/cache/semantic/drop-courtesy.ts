import { wordList } from "./words/word-list.ts";
import { PREPOSITIONS, QUESTION_WORDS } from "./words/function-words.ts";
import { isNumber, type Token } from "./token.ts";

/** What may be said before a request without adding to it; longer ones first. */
const GREETINGS = phrases(
  "hi there",
  "hello there",
  "good morning",
  "good afternoon",
  "good evening",
  "sorry to bother you",
  "excuse me",
  "thank you",
  "thanks",
  "hi",
  "hello",
  "hey",
  "please",
  "kindly",
);
/** How a request is wrapped; it must follow, else the words are meant. */
const WRAPPINGS = phrases(
  "can you",
  "could you",
  "would you",
  "will you",
  "can i",
  "could i",
  "i would like to",
  "i would like you to",
  "i would love to",
  "i want to",
  "i want you to",
  "i need to",
  "i need you to",
  "i am trying to",
  "help me to",
  "help me and",
  "help me",
  "let me",
  "go ahead and",
);
/** Wishes for a thing; an article must follow. */
const WISHES = phrases("i need", "i want", "i would like", "what is", "what are");
const FAREWELLS = phrases(
  "thanks in advance",
  "thank you very much",
  "thank you so much",
  "thank you",
  "thanks a lot",
  "many thanks",
  "thanks",
  "please",
  "kindly",
);
const FOR_ME = phrases("for me");

/** Ways to ask for what exists, the same whatever verb is chosen. */
const ASKING = phrases(
  "search for",
  "look for",
  "look up",
  "pull up",
  "show",
  "list",
  "find",
  "get",
  "give",
  "display",
  "fetch",
  "retrieve",
  "tell",
  "see",
  "know",
  "view",
);
/** Which of these are only requests inside a wrapping or with `me`. */
const INWARD = wordList("give tell see know");
const PERSONS = wordList("me us");
/** Complete as they are, with whatever follows. */
const WHOLE = wordList("search look");
/** Other tasks that may be wrapped. */
const TASKS = wordList(
  "analyze calculate check compare convert count describe explain look open read review search",
  "summarize translate",
);
/** Words after which `please` and `thanks` are what is spoken of. */
const SPOKEN = wordList(
  "say says saying said called titled named word words phrase write mean means song songs lyrics film the a and or",
);
/** What follows a request, where the verb could otherwise be part of a name (`list prices`, `show business`). */
const BEGINNINGS = wordList(
  "the a all my our your his her their its every each any some this that these those both only",
  "active available cancelled cheap cheapest closed current failed latest new newest nearest next old",
  "oldest open overdue paid pending previous recent top unpaid unread upcoming best last first",
);

/**
 * Leaves greetings, thanks, wrappings (`could you please`, `I would like to`) and asking verbs
 * (`show me`, `list the`) away. What stands in the middle of the text stays.
 */
export function dropCourtesy(tokens: readonly Token[]): readonly Token[] {
  const { from, isWrapped } = beginning(tokens);
  const to = ending(tokens, from, isWrapped);
  // Courtesies alone say something, if not much.
  return from >= to ? tokens : tokens.slice(from, to);
}

function beginning(tokens: readonly Token[]): { from: number; isWrapped: boolean } {
  const greeted = greeting(tokens, 0);
  let from = greeted;
  for (let length = 1; length > 0; from += length) {
    length = wrapping(tokens, from);
    if (length > 0) length += greeting(tokens, from + length);
  }
  const isWrapped = from > greeted;
  from += asking(tokens, from, isWrapped);
  const wish = lengthOf(WISHES, tokens, from);
  if (wish > 0 && tokens[from + wish]?.form === "the") from += wish;
  return { from, isWrapped };
}

/** The length of greetings that a request follows: in `hello world program` none is meant. */
function greeting(tokens: readonly Token[], from: number): number {
  let next = from;
  for (let length = 1; length > 0; next += length) length = lengthOf(GREETINGS, tokens, next);
  const form = formAt(tokens, next);
  const follows =
    QUESTION_WORDS.has(form) ||
    TASKS.has(form) ||
    wrapping(tokens, next) > 0 ||
    asking(tokens, next, true) > 0 ||
    lengthOf(WISHES, tokens, next) > 0;
  return follows ? next - from : 0;
}

/** The length of a wrapping that a request follows. */
function wrapping(tokens: readonly Token[], from: number): number {
  const length = lengthOf(WRAPPINGS, tokens, from);
  if (length === 0) return 0;
  const next = from + length + lengthOf(GREETINGS, tokens, from + length);
  const follows = TASKS.has(formAt(tokens, next)) || asking(tokens, next, true) > 0;
  return follows || lengthOf(WRAPPINGS, tokens, next) > 0 ? length : 0;
}

/** The length of an asking verb with its `me`; 0 where it may be part of a name. */
function asking(tokens: readonly Token[], from: number, isWrapped: boolean): number {
  const verb = lengthOf(ASKING, tokens, from);
  if (verb === 0) return 0;
  const me = PERSONS.has(formAt(tokens, from + verb)) ? 1 : 0;
  if (INWARD.has(formAt(tokens, from)) && me === 0 && !isWrapped) return 0;
  const next = from + verb + me;
  const isClear =
    beginsThing(tokens[next]) ||
    WHOLE.has(formAt(tokens, from)) ||
    (me === 1 && hasPlace(tokens, next));
  return isClear && next < tokens.length ? verb + me : 0;
}

function beginsThing(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return isNumber(token) || BEGINNINGS.has(token.form) || QUESTION_WORDS.has(token.form);
}

function formAt(tokens: readonly Token[], at: number): string {
  return tokens[at]?.form ?? "";
}

/** `show me flights from Rome` asks for something; `show me love lyrics` may be a title. */
function hasPlace(tokens: readonly Token[], from: number): boolean {
  return tokens.slice(from).some(({ form }) => PREPOSITIONS.has(form) && form !== "by");
}

function ending(tokens: readonly Token[], from: number, isWrapped: boolean): number {
  let to = tokens.length;
  for (let length = 1; length > 0 && to > from; to -= length) {
    length = lengthBefore(FAREWELLS, tokens, to);
    if (length === 0 && isWrapped) length = lengthBefore(FOR_ME, tokens, to);
    const before = formAt(tokens, to - length - 1);
    if (SPOKEN.has(before) || PREPOSITIONS.has(before)) length = 0;
  }
  return to;
}

type Phrases = readonly (readonly string[])[];

function phrases(...texts: readonly string[]): Phrases {
  return texts.map((text) => text.split(" ")).toSorted((a, b) => b.length - a.length);
}

/** The length of the longest phrase that stands at `from`; 0 for none. */
function lengthOf(list: Phrases, tokens: readonly Token[], from: number): number {
  const found = list.find((words) => words.every((word, at) => isSaid(tokens[from + at], word)));
  return found?.length ?? 0;
}

function lengthBefore(list: Phrases, tokens: readonly Token[], to: number): number {
  const found = list.find((words) =>
    words.every((word, at) => isSaid(tokens[to - words.length + at], word)),
  );
  return found?.length ?? 0;
}

/** A capital inside a sentence may make a name of any word: `the song Thanks`. */
function isSaid(token: Token | undefined, word: string): boolean {
  return token?.form === word && token.isName !== true;
}
