type Rule = readonly [suffix: string, replacement: string];

const VOWEL = /[aeiouy]/;
const DOUBLE = /(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
const SHORT_SYLLABLE = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy])$/;
const PREFIX_REGIONS = /^(?:gener|commun|arsen)/;
const AFTER_VOWEL_CONSONANT = /[aeiouy][^aeiouy]/;

const IRREGULAR: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  Object.entries({
    skis: "ski",
    skies: "sky",
    dying: "die",
    lying: "lie",
    tying: "tie",
    idly: "idl",
    gently: "gentl",
    ugly: "ugli",
    early: "earli",
    only: "onli",
    singly: "singl",
  }),
);
const INVARIANT =
  /^(?:sky|news|howe|atlas|cosmos|bias|andes|inning|outing|canning|herring|earring|proceed|exceed|succeed)$/;

const STEP_2: readonly Rule[] = [
  ["ational", "ate"],
  ["fulness", "ful"],
  ["iveness", "ive"],
  ["ization", "ize"],
  ["ousness", "ous"],
  ["biliti", "ble"],
  ["lessli", "less"],
  ["tional", "tion"],
  ["alism", "al"],
  ["aliti", "al"],
  ["ation", "ate"],
  ["entli", "ent"],
  ["fulli", "ful"],
  ["iviti", "ive"],
  ["ousli", "ous"],
  ["abli", "able"],
  ["alli", "al"],
  ["anci", "ance"],
  ["ator", "ate"],
  ["enci", "ence"],
  ["izer", "ize"],
  ["bli", "ble"],
];
const STEP_3: readonly Rule[] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["alize", "al"],
  ["icate", "ic"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ness", ""],
  ["ful", ""],
];
const STEP_4 =
  /(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|al|er|ic|(?<=[st])ion)$/;

/**
 * The stem of one lower-case English word (the Snowball English algorithm, "Porter 2"). Words of
 * one or two letters, and words with anything but a–z in them, come back unchanged.
 */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
  const irregular = IRREGULAR.get(word) ?? (INVARIANT.test(word) ? word : undefined);
  if (irregular !== undefined) return irregular;
  // A `y` that acts as a consonant is written `Y` until the end.
  const marked = word.replace(/^y/, "Y").replaceAll(/([aeiouy])y/g, "$1Y");
  const singular = plural(marked);
  if (INVARIANT.test(singular)) return singular.toLowerCase();
  const regions = regionsOf(marked);
  const inflected = finalY(inflection(singular, regions.first));
  const derived = thirdStep(secondStep(inflected, regions.first), regions);
  return lastLetter(fourthStep(derived, regions.second), regions).toLowerCase();
}

interface Regions {
  /** Where the part after the first vowel–consonant pair begins. */
  readonly first: number;
  /** Where the part after the second such pair begins. */
  readonly second: number;
}

function regionsOf(word: string): Regions {
  const prefix = PREFIX_REGIONS.exec(word);
  const first = prefix === null ? afterPair(word, 0) : prefix[0].length;
  return { first, second: afterPair(word, first) };
}

function afterPair(word: string, start: number): number {
  const at = word.slice(start).search(AFTER_VOWEL_CONSONANT);
  return at < 0 ? word.length : start + at + 2;
}

function plural(word: string): string {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.length > 4 ? word.slice(0, -2) : word.slice(0, -1);
  if (/(?:us|ss)$/.test(word) || !word.endsWith("s")) return word;
  return VOWEL.test(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function inflection(word: string, first: number): string {
  const eed = /eed(?:ly)?$/.exec(word);
  if (eed !== null) return eed.index >= first ? `${word.slice(0, eed.index)}ee` : word;
  const ending = /(?:ed|ing)(?:ly)?$/.exec(word);
  if (ending === null) return word;
  const base = word.slice(0, ending.index);
  if (!VOWEL.test(base)) return word;
  if (/(?:at|bl|iz)$/.test(base)) return `${base}e`;
  if (DOUBLE.test(base)) return base.slice(0, -1);
  return base.length <= first && SHORT_SYLLABLE.test(base) ? `${base}e` : base;
}

function finalY(word: string): string {
  return /.[^aeiouy][yY]$/.test(word) ? `${word.slice(0, -1)}i` : word;
}

function secondStep(word: string, first: number): string {
  for (const [suffix, replacement] of STEP_2) {
    if (word.endsWith(suffix)) return replaceIn(word, first, [suffix, replacement]);
  }
  if (word.endsWith("logi")) return replaceIn(word, first, ["ogi", "og"]);
  if (/[cdeghkmnrt]li$/.test(word)) return replaceIn(word, first, ["li", ""]);
  return word;
}

function thirdStep(word: string, regions: Regions): string {
  for (const [suffix, replacement] of STEP_3) {
    if (word.endsWith(suffix)) return replaceIn(word, regions.first, [suffix, replacement]);
  }
  return word.endsWith("ative") ? replaceIn(word, regions.second, ["ative", ""]) : word;
}

function fourthStep(word: string, second: number): string {
  const suffix = STEP_4.exec(word);
  return suffix !== null && suffix.index >= second ? word.slice(0, suffix.index) : word;
}

function lastLetter(word: string, regions: Regions): string {
  const base = word.slice(0, -1);
  if (word.endsWith("e")) {
    if (base.length >= regions.second) return base;
    return base.length >= regions.first && !SHORT_SYLLABLE.test(base) ? base : word;
  }
  return word.endsWith("ll") && base.length >= regions.second ? base : word;
}

/** Replaces the suffix of a rule if it stands wholly in the region that begins at `start`. */
function replaceIn(word: string, start: number, [suffix, replacement]: Rule): string {
  const at = word.length - suffix.length;
  return at >= start ? word.slice(0, at) + replacement : word;
}
