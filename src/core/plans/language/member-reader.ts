import { jsonPointer } from "../../../kernel/json-pointer.ts";
import { objectMembers, parseSpan, slice, type Span } from "../../../mcp/json-scan.ts";
import type { Place, PlanProblemCode, ProblemList } from "./problems.ts";

/** The members of one object of a plan; what is wrong with one becomes a problem, and counts as absent. */
export interface MemberReader {
  readonly place: Place;
  at(name: string): Place;
  has(name: string): boolean;
  /** The JSON text of a member. */
  bytes(name: string): Uint8Array | undefined;
  /** A member parsed, whatever it is. */
  value(name: string): unknown;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  /** A whole number from `min` to `max`. */
  whole(name: string, min: number, max: number): number | undefined;
  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
  /** Says that a member must be there. */
  missing(name: string): void;
  /** Says that a member is not what it must be; always `undefined`. */
  wrong(name: string, demand: string): undefined;
}

const MAX_SHOWN = 80;

/** Where an object stands, and what its members are called. */
export interface MemberSource {
  readonly place: Place;
  readonly names: readonly string[];
  /** What members are called elsewhere, in lower case without `_` and `-`, and which of `names` may be meant. */
  readonly otherNames?: ReadonlyMap<string, readonly string[]>;
}

/** Reads an object whose members are all known by name; `undefined` when it is none. */
export function readMembers(
  json: Uint8Array,
  source: MemberSource,
  problems: ProblemList,
): MemberReader | undefined {
  const { place, names, otherNames } = source;
  if (json[0] !== 0x7b) {
    problems.error("invalid-value", place, `must be an object, got ${showJson(json)}`);
    return undefined;
  }
  const members = objectMembers(json);
  const reader = createMemberReader(json, { place, members }, problems);
  for (const name of members.keys()) {
    if (names.includes(name)) continue;
    const meant = otherNames
      ?.get(name.toLowerCase().replaceAll(/[_-]/g, ""))
      ?.find((other) => !members.has(other));
    const hint = meant === undefined ? problems.hint(name, names) : `, did you mean "${meant}"?`;
    const shown = name.slice(0, MAX_SHOWN);
    const known = hint === "" ? `; there are ${names.join(", ")}` : hint;
    problems.error("unknown-member", reader.at(name), `"${shown}" means nothing here${known}`);
  }
  return reader;
}

function createMemberReader(
  json: Uint8Array,
  { place, members }: { readonly place: Place; readonly members: ReadonlyMap<string, Span> },
  problems: ProblemList,
): MemberReader {
  const at = (name: string): Place => ({ ...place, path: `${place.path}${jsonPointer([name])}` });
  const value = (name: string): unknown => {
    const span = members.get(name);
    return span && parseSpan(json, span);
  };
  const tell = (code: PlanProblemCode, name: string, message: string): undefined => {
    problems.error(code, at(name), message);
  };
  const wrong = (name: string, demand: string): undefined => {
    const span = members.get(name);
    const got = span === undefined ? "nothing" : showJson(slice(json, span));
    return tell("invalid-value", name, `${name} must be ${demand}, got ${got}`);
  };
  /** A member that is there, if it passes. */
  const checked = <Value>(
    name: string,
    isRight: (found: unknown) => found is Value,
    demand: string,
  ): Value | undefined => {
    if (!members.has(name)) return undefined;
    const found = value(name);
    return isRight(found) ? found : wrong(name, demand);
  };

  return {
    place,
    at,
    value,
    wrong,
    has: (name) => members.has(name),
    bytes(name) {
      const span = members.get(name);
      return span && slice(json, span);
    },
    text: (name) => checked(name, isText, "a text that is not empty"),
    flag: (name) => checked(name, isFlag, "true or false"),
    whole: (name, min, max) =>
      checked(name, isWholeFrom(min, max), `a whole number from ${min} to ${max}`),
    oneOf: (name, choices) => {
      const isChoice = (found: unknown): found is (typeof choices)[number] =>
        choices.some((choice) => choice === found);
      return checked(name, isChoice, `one of ${choices.join(", ")}`);
    },
    missing: (name) => tell("missing-member", name, `${name} is missing`),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isWholeFrom(min: number, max: number): (value: unknown) => value is number {
  return (value): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}

/** A JSON value in short. */
export function showJson(json: Uint8Array): string {
  const text = Buffer.from(json.subarray(0, MAX_SHOWN)).toString("utf8");
  return json.length > MAX_SHOWN ? `${text}…` : text;
}
