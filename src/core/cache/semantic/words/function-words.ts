import { wordList } from "./word-list.ts";

/** Prepositions that tell places, times and directions apart. */
export const PREPOSITIONS = /* @__PURE__ */ wordList(
  "about above across after against along among around as at before behind below beneath beside",
  "between beyond by despite down during except for from in inside into like near of off on onto",
  "out outside over past per regarding since than through throughout till to toward towards under",
  "underneath until up upon via versus with within without",
);

/** Words with which a question begins. */
export const QUESTION_WORDS = /* @__PURE__ */ wordList(
  "how what when where which who whom whose why",
);

/** Words that only hold a sentence together; an article before one of these is part of a name. */
export const FUNCTION_WORDS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...PREPOSITIONS,
  ...QUESTION_WORDS,
  ...wordList(
    "a an the and or nor but if then else so that because while although though whether unless",
    "i me we us you he him she her it they them this these those",
    "am is are was were be been being do does did have has had can could may might must shall",
    "should will would not no never",
  ),
]);

/**
 * Words that a text of another language hardly holds. Without one of these a text is not known to be
 * English, and the article of one language may be the preposition of another.
 */
export const ENGLISH_WORDS = /* @__PURE__ */ wordList(
  "the of for from with what which who when where how why and this that these those there is are",
  "was were have has does did please show find get give tell list search all by about between",
  "today tomorrow yesterday my your latest last next first at on to has can not in and or",
  "than more less above below under over between after before during since until within without near",
  "into through against",
);

/** Words that other languages are full of; a text with one of these is left as it is. */
export const FOREIGN_WORDS = /* @__PURE__ */ wordList(
  "der das und ein eine nicht mit von zu aus le les une est dans pour avec sur el y o para por donde",
  "il che di della e em dos da um uma het voor niet og det och att som ja nie na jest dla z w",
);
