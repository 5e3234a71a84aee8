/**
 * Words that say nothing of what a tool does: English function words, and the courtesies with which
 * people wrap a request. Negations are among them, since a bag of words cannot apply them.
 */
const STOP_WORDS: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    "a an the this that these those such same other another each every all any some both either " +
    "neither few more most much many several own " +
    "i me my mine myself we us our ours ourselves you your yours yourself he him his she her hers " +
    "it its itself they them their theirs one ones someone something anything " +
    "am is are was were be been being do does did doing done have has had having can could may " +
    "might must shall should will would ought need needs needed " +
    "not no nor never none cannot dont doesnt didnt isnt arent wasnt werent wont cant couldnt " +
    "shouldnt wouldnt without " +
    "and or but if then else than so because while although though whether unless until as like " +
    "of in on at by for with about into onto from to up out off over under between through during " +
    "per via upon within against among along across toward towards " +
    "what which who whom whose when where why how there here " +
    "im ive youre youve were weve theyre thats whats heres lets " +
    "please kindly help helps want wants wanted wish would love give tell let know just also too " +
    "very really quite only even still again already now currently some kind sort way thing things " +
    "hi hello hey thanks thank able using used use uses etc eg ie"
  ).split(" "),
);

/** Whether a folded word carries no meaning for search. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}
