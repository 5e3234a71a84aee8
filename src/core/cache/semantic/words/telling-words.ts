import { PREPOSITIONS, QUESTION_WORDS } from "./function-words.ts";
import { wordList } from "./word-list.ts";

const NEGATIONS = wordList(
  "not no nor never none nobody nothing nowhere neither without except excluding exclude excludes",
  "but lack lacks lacking missing minus hardly barely rarely seldom cannot",
);

const QUANTIFIERS = wordList(
  "all any some each every both either many much few fewer several most more less least half third",
  "quarter double twice triple only just exactly almost nearly about around roughly other another",
  "same different one single couple dozen hundred thousand million billion trillion a",
);

const COMPARATORS = wordList(
  "above below over under before after since until till between within beyond at least most up than",
  "first last next previous former latter current latest newest oldest earliest top bottom best worst",
  "better worse highest lowest higher lower maximum minimum max min most least largest biggest",
  "smallest greater smaller bigger longer shorter older newer younger earlier later longest shortest",
  "cheapest cheaper expensive dearest nearest farthest furthest closest fastest slowest faster slower",
  "equal equals exceed exceeds exceeding",
);

const OPPOSITES = wordList(
  "open opened opening close closed closing enable enabled disable disabled add added remove removed",
  "delete deleted create created increase increased increasing decrease decreased decreasing on off",
  "start started starting stop stopped stopping begin end ended up down in out left right north south",
  "east west northern southern eastern western public private buy bought sell sold import imported",
  "imports export exported exports asc desc ascending descending read write writes written include",
  "included including with without active inactive online offline available unavailable true false yes",
  "allow allowed allows deny denied forbid forbidden accept accepted reject rejected pass passed fail",
  "failed failing success failure win won lose lost gain gains loss losses profit rise rising fall",
  "falling grow growing shrink shrinking incoming outgoing inbound outbound upstream downstream upload",
  "uploads uploaded download downloads downloaded send sent receive received sender recipient from to",
  "arrive arriving arrivals arrival depart departing departures departure leave leaving enter exit old",
  "new hot cold warm cool high low big small large long short early late fast slow cheap rich poor",
  "full empty hard soft easy difficult good bad safe unsafe internal external indoor outdoor inside",
  "outside paid unpaid pending done visible hidden show hide lock locked unlock unlocked mute unmute",
  "follow follows unfollow like dislike push pull merge split encode decode encrypt decrypt compress",
  "decompress install installed uninstall upgrade downgrade deploy rollback commit revert join leave",
  "attach detach mount unmount bind unbind subscribe unsubscribe connect disconnect login logout male",
  "female man men woman women son daughter husband wife parent child employer employee buyer seller",
  "lender borrower landlord tenant teacher student winner loser question answer credit debit asset",
  "liability income expense source target input output request response client server local remote",
  "manual automatic positive negative major minor primary secondary major senior junior domestic",
  "international national federal past present future morning afternoon evening night day",
);

const TIMES = wordList(
  "today tonight tomorrow yesterday now currently recently soon ago already still yet daily weekly",
  "monthly quarterly yearly annual annually hourly monday tuesday wednesday thursday friday saturday",
  "sunday january february march april may june july august september october november december spring",
  "summer autumn fall winter second seconds minute minutes hour hours day days week weeks month months",
  "quarter quarters year years decade century weekend weekends workday noon midnight am pm ever this",
);

const UNITS = wordList(
  "percent dollars euros pounds yen rupees francs pesos cents usd gbp chf km m cm mm meters miles feet",
  "inches yards nautical kg g grams tons tonnes ounces stones liters gallons celsius fahrenheit kelvin",
  "kb mb gb tb bytes bits megabytes megabits gigabytes gigabits kilobytes knots mph kph bar psi watts",
  "volts amps points degrees",
);

/** Who is meant, and whether it has happened. */
const PERSONS_AND_TENSES = wordList(
  "i me my mine we us our ours you your yours he him his she her hers it its they them their theirs",
  "is are was were be been being am do does did have has had will would shall should can could may",
  "might must if unless or and",
);

const TELLING_WORDS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...NEGATIONS,
  ...QUANTIFIERS,
  ...COMPARATORS,
  ...OPPOSITES,
  ...TIMES,
  ...UNITS,
  ...PERSONS_AND_TENSES,
  ...PREPOSITIONS,
  ...QUESTION_WORDS,
]);

const TURNING_BEGINNINGS = ["un", "dis", "non", "anti", "counter", "mis", "de", "il", "im", "ir"];
const TURNING_ENDS = ["less", "free", "proof"];

/**
 * Whether a lower-case word turns, bounds or directs what is said: negations, comparisons,
 * quantities, directions, opposites, units, times, persons and tenses, and words that begin or end
 * like a negation (`unpaid`, `windowless`).
 */
export function isTelling(word: string): boolean {
  return (
    TELLING_WORDS.has(word) ||
    TURNING_BEGINNINGS.some((beginning) => word.startsWith(beginning)) ||
    TURNING_ENDS.some((end) => word.endsWith(end))
  );
}
