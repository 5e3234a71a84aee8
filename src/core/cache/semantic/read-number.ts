import { word, type Token } from "./token.ts";

const NUMBER =
  /^(?<currency>[$€£¥]?)(?<sign>[+-]?)(?<digits>\d{1,3}(?:,\d{3}){1,6}|\d{1,24})(?<decimals>(?:\.\d{1,24})?)(?<unit>[%\p{L}]{0,3})$/u;
const CURRENCIES: Readonly<Record<string, string>> = {
  $: "dollars",
  "€": "euros",
  "£": "£",
  "¥": "¥",
};
/** Units that are written to a number without a space; others belong to an identifier. */
const UNITS: ReadonlySet<string> = new Set(
  " % km kms kg kgs min hr hrs h KB MB GB TB PB kb mb gb tb am pm ms mph kph cm mm".split(" "),
);
const ORDINALS: readonly string[] =
  "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(
    " ",
  );
const ORDINAL = /^(\d{1,2})(?:st|nd|rd|th)$/i;
/** Without `one` and `second`, which mean other things as well. */
const NUMBER_WORDS: ReadonlyMap<string, number> = new Map(
  (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
    "seventeen eighteen nineteen twenty"
  )
    .split(" ")
    .map((name, at) => [name, at + 2]),
);

/**
 * A number with what is written to it: `1,000` is `1000` in English, `$5` is `5 dollars`, `10km` is `10 km`,
 * `3rd` is `third`. Digits behind the point and zeros
 * before the number are left as they are (version 3.10 is not 3.1).
 * `undefined` for what is no number, or may be something else (`1e3`, `3d`, `1.2.3`).
 */
export function readNumber(chunk: string): Token[] | undefined {
  return readOrdinal(chunk) ?? readCardinal(chunk);
}

function readOrdinal(chunk: string): Token[] | undefined {
  const ordinal = ORDINAL.exec(chunk)?.[1];
  if (ordinal === undefined) return undefined;
  return [word(ORDINALS[Number(ordinal)] ?? `${Number(ordinal)}th`)];
}

function readCardinal(chunk: string): Token[] | undefined {
  const parts = NUMBER.exec(chunk.replace("−", "-"))?.groups;
  if (parts === undefined) return undefined;
  const { currency = "", sign = "", digits = "", decimals = "", unit = "" } = parts;
  const isOdd = digits.includes(",") && digits.startsWith("0");
  if (isOdd || !UNITS.has(unit)) return undefined;
  const form = `#${sign}${digits.replaceAll(",", "")}${decimals}`;
  // Outside English the comma may stand before decimals.
  const number = digits.includes(",") ? { form, written: chunk } : { form };
  return [number, ...currencyOf(currency), ...unitOf(unit)];
}

function currencyOf(sign: string): Token[] {
  const name = CURRENCIES[sign];
  return name === undefined ? [] : [word(name)];
}

/** `MB` and `Mb` are different units; other units are words. */
function unitOf(unit: string): Token[] {
  if (unit === "") return [];
  return unit === unit.toLowerCase() ? [word(unit)] : [{ form: `^${unit}` }];
}

/**
 * Writes `three` as 3, where it stands alone: of `twenty five` the parts would make other numbers.
 */
export function writeNumberWords(tokens: readonly Token[]): Token[] {
  return tokens.map((token, at) => {
    const value = NUMBER_WORDS.get(token.form);
    const isAlone = !isNumeral(tokens[at - 1]) && !isNumeral(tokens[at + 1]);
    return value !== undefined && isAlone ? { form: `#${value}` } : token;
  });
}

function isNumeral(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return (
    token.form.startsWith("#") ||
    NUMBER_WORDS.has(token.form) ||
    /^(?:(?:thir|four|fif|six|seven|eigh|nine)ty|for?ty|one|hundred|thousand|million|billion)$/.test(
      token.form,
    )
  );
}
