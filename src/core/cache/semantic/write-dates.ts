import type { Token } from "./token.ts";

const MONTHS: readonly string[] =
  "january february march april may june july august september october november december".split(
    " ",
  );
const DAY = /^#(?:[1-9]|[12]\d|3[01])$/;
const YEAR = /^#(?:19|20)\d\d$/;
const ISO = /^=(\d{4})[-/](\d{2})[-/](\d{2})$/;
const ORDINAL_DAYS: readonly string[] =
  " first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ");

/**
 * Writes days of the calendar in one way: `3 May 2024`, `May 3rd, 2024`, `the third of May 2024` and
 * `2024-05-03`; without a year as well. What can be read in two ways (`05/03/2024`) stays as it is.
 */
export function writeDates(tokens: readonly Token[]): Token[] {
  const written: Token[] = [];
  for (let at = 0; at < tokens.length;) {
    const date = isoDate(tokens[at]!) ?? dayFirst(tokens, at) ?? monthFirst(tokens, at);
    written.push(date === undefined ? tokens[at]! : { form: date.form });
    at += date?.length ?? 1;
  }
  return written;
}

interface FoundDate {
  readonly form: string;
  /** Tokens that it takes up. */
  readonly length: number;
}

function isoDate({ form }: Token): FoundDate | undefined {
  const match = ISO.exec(form);
  return match === null ? undefined : { form: `@${match.slice(1).join("-")}`, length: 1 };
}

function dayFirst(tokens: readonly Token[], at: number): FoundDate | undefined {
  const day = dayOf(tokens[at]);
  if (day === undefined) return undefined;
  const monthAt = tokens[at + 1]?.form === "of" ? at + 2 : at + 1;
  const month = monthOf(tokens[monthAt]);
  if (month === undefined) return undefined;
  return withYear(tokens, { at, next: monthAt + 1, month, day });
}

function monthFirst(tokens: readonly Token[], at: number): FoundDate | undefined {
  const month = monthOf(tokens[at]);
  if (month === undefined) return undefined;
  const day = dayOf(tokens[at + 1]);
  if (day !== undefined) return withYear(tokens, { at, next: at + 2, month, day });
  const year = yearOf(tokens[at + 1]);
  return year === undefined ? undefined : { form: `@${year}-${month}`, length: 2 };
}

function withYear(
  tokens: readonly Token[],
  found: { at: number; next: number; month: string; day: string },
): FoundDate {
  const { at, next, month, day } = found;
  const year = yearOf(tokens[next]);
  const length = next - at + (year === undefined ? 0 : 1);
  return { form: `@${year ?? ""}-${month}-${day}`, length };
}

function monthOf(token: Token | undefined): string | undefined {
  const month = MONTHS.indexOf(token?.form.replace("^", "").toLowerCase() ?? "");
  return month < 0 ? undefined : twoDigits(month + 1);
}

function dayOf(token: Token | undefined): string | undefined {
  if (token === undefined) return undefined;
  if (DAY.test(token.form)) return twoDigits(Number(token.form.slice(1)));
  const named = ORDINAL_DAYS.indexOf(token.form);
  if (named > 0) return twoDigits(named);
  const higher = /^([12]\d|3[01])th$/.exec(token.form)?.[1];
  return higher;
}

function yearOf(token: Token | undefined): string | undefined {
  return token !== undefined && YEAR.test(token.form) ? token.form.slice(1) : undefined;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
