/** Words of one text beyond this number are not looked at. */
const MAX_WORDS = 2_048;
/** Longer runs of letters are data (base64, hashes), not words. */
const MAX_WORD_LENGTH = 40;

const NOT_ASCII = /[\u{80}-\u{10ffff}]/u;
const RUN = /[\p{L}\p{N}]+(?:['’]\p{L}+)?/gu;
const POSSESSIVE = /['’](?:s|S)$/;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
/** In order: `IDs`, `HTTP` before `Server`, `Server` or `get`, `HTTP` at the end, digits. */
const HUMPS =
  /\p{Lu}{2,}s(?!\p{Ll})|\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{Lt}]+|\p{Lu}+|\p{N}+/gu;
const LETTERS_THEN_DIGITS = /^(\p{L}+)\p{N}+$/u;

/**
 * The words of a text, folded to lower case without accents. Identifiers are taken apart at `_`,
 * `-`, `.` and humps (`getUserById` → get, user, by, id); a name of two humps stays whole as well
 * (`GitHub` → git, hub, github), and so do letters with digits (`oauth2` → oauth, oauth2). Scripts
 * without spaces give pairs of characters.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const match of decompose(text).matchAll(RUN)) {
    addRun(match[0].replace(POSSESSIVE, "").replaceAll(/['’]/g, ""), words);
    if (words.length >= MAX_WORDS) return words.slice(0, MAX_WORDS);
  }
  return words;
}

/** Takes accents and compatibility forms away; case is kept, since humps need it. */
function decompose(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return text.normalize("NFKD").replaceAll(/\p{M}+/gu, "");
}

function addRun(run: string, words: string[]): void {
  if (UNSPACED.test(run)) {
    addPairs(run.toLowerCase(), words);
    return;
  }
  if (run.length > MAX_WORD_LENGTH) return;
  const lower = run.toLowerCase();
  if (lower === run || lower.toUpperCase() === run) {
    addWord(lower, words);
    return;
  }
  const parts = joinDigits(run.match(HUMPS) ?? [run]);
  for (const part of parts) {
    if (part.length > 1) addWord(part.toLowerCase(), words);
  }
  if (parts.length === 2) words.push(lower);
}

/** Digits belong to the letters before them: `getS3Object` is get, S3, object. */
function joinDigits(parts: readonly string[]): string[] {
  const joined: string[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last !== undefined && /^\p{N}/u.test(part)) joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

function addWord(word: string, words: string[]): void {
  const letters = LETTERS_THEN_DIGITS.exec(word)?.[1];
  if (letters !== undefined && letters.length > 2) words.push(letters);
  words.push(word);
}

function addPairs(run: string, words: string[]): void {
  const characters = Array.from(run);
  if (characters.length === 1) words.push(run);
  for (let at = 0; at + 1 < characters.length; at++) {
    words.push(`${characters[at]}${characters[at + 1]}`);
  }
}
