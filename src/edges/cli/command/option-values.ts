import { InvalidArgumentError } from "commander";

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads a whole number between two bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

/** Reads a span of time, such as `500ms`, `30s` or `2m`; a number alone is milliseconds. */
export function durationMs(text: string): number {
  const [, amount, unit = "ms"] = DURATION.exec(text) ?? [];
  const value = Math.round(Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]);
  if (amount !== undefined && value >= 1 && value <= 3_600_000) return value;
  throw new InvalidArgumentError("Give a time up to 1h, such as 500ms, 30s or 2m.");
}

/** Gathers the values of an option that may be given again and again. */
export function gather(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Gathers `KEY=VALUE` pairs; the value may hold more `=`. */
export function gatherPairs(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError("Give it as KEY=VALUE.");
}
