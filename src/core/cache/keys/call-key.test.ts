import {
  array,
  assert,
  constant,
  constantFrom,
  double,
  integer,
  letrec,
  oneof,
  property,
  record,
  string,
  tuple,
  uniqueArray,
  type Arbitrary,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { rawJson } from "../../../kernel/raw-json.ts";
import { principal } from "../../../../test/support/fakes/principals.ts";
import { callKey, type KeyRules } from "./call-key.ts";

/**
 * A JSON value as it was generated, before anything wrote or read it. Numbers are kept by their
 * spelling and by what they are worth: a whole number as digits, all others as a double.
 */
type Model =
  | { readonly kind: "text"; readonly units: string }
  | { readonly kind: "number"; readonly spelling: string; readonly worth: string }
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "list"; readonly items: readonly Model[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Model])[] };

/** Whether two values say the same; independent of how they are written, and of any canonical form. */
function isSame(a: Model, b: Model): boolean {
  if (a.kind === "text") return b.kind === "text" && a.units === b.units;
  if (a.kind === "number") return b.kind === "number" && a.worth === b.worth;
  if (a.kind === "word") return b.kind === "word" && a.word === b.word;
  if (a.kind === "list") {
    if (b.kind !== "list" || a.items.length !== b.items.length) return false;
    return a.items.every((item, index) => isSame(item, b.items[index]!));
  }
  if (b.kind !== "object" || a.members.length !== b.members.length) return false;
  return a.members.every(([name, value]) =>
    b.members.some(([other, its]) => other === name && isSame(value, its)),
  );
}

/** How texts are written: every unit escaped, as few as may be, or by turns. */
type Hand = "plain" | "escaped" | "spaced";

function write(model: Model, hand: Hand): string {
  const space = hand === "spaced" ? " \n" : "";
  if (model.kind === "text") return writeText(model.units, hand);
  if (model.kind === "number") return model.spelling;
  if (model.kind === "word") return model.word;
  if (model.kind === "list") {
    return `[${space}${model.items.map((item) => write(item, hand)).join(`${space},`)}${space}]`;
  }
  const members = hand === "plain" ? model.members : model.members.toReversed();
  const written = members.map(
    ([name, value]) => `${writeText(name, hand)}${space}:${space}${write(value, hand)}`,
  );
  return `{${space}${written.join(`${space},`)}${space}}`;
}

function writeText(units: string, hand: Hand): string {
  if (hand !== "escaped") return JSON.stringify(units);
  const codes = units.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return `"${codes.map((code) => `\\u${code}`).join("")}"`;
}

const number = (spelling: string, worth: string): Model => ({ kind: "number", spelling, worth });
const digits = (whole: bigint): Model => number(`${whole}`, `${whole}`);
const TWO_53 = 2n ** 53n;

const awkwardNumbers = constantFrom<Model>(
  ...[-1n, 0n, 1n, 2n].flatMap((step) => [digits(TWO_53 + step), digits(-TWO_53 - step)]),
  digits(2n ** 64n),
  digits(2n ** 64n + 1n),
  number("-0", "-0"),
  number("0", "0"),
  number("1", "1"),
  number("1.0", "1"),
  number("10e-1", "1"),
  number("1e2", "100"),
  number("100", "100"),
  number("1E+2", "100"),
  number("0.1", "0.1"),
  number("0.10", "0.1"),
  number("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
  number("1e-400", "1e-400"),
  number("1e400", "1e400"),
  number("123456789012345678901234567890", "123456789012345678901234567890"),
);
const wholes = integer().map((whole) => number(`${whole}`, `${whole}`));
const doubles = double({ noNaN: true, noDefaultInfinity: true }).map((value) =>
  Object.is(value, -0) ? number("-0", "-0") : number(`${value}`, `${value}`),
);
const awkwardTexts = constantFrom(
  "",
  "é",
  "e\u0301",
  "\ud800",
  "\udc00\ud800",
  "\u{1f600}",
  "1",
  "null",
  "a:b",
  '","',
  "\0",
  "\ufffd",
);
const texts = oneof(
  awkwardTexts,
  string({ unit: "binary", maxLength: 4 }),
  string({ maxLength: 4 }),
);
const names = oneof(
  constantFrom("__proto__", "constructor", "toJSON", "id", "a", "b", "\ud800", "é", "e\u0301"),
  texts,
);

const models = letrec<{ value: Model; object: Model }>((tie) => ({
  value: oneof(
    { maxDepth: 3, depthIdentifier: "json" },
    oneof(awkwardNumbers, wholes, doubles),
    texts.map((units): Model => ({ kind: "text", units })),
    constantFrom("null", "true", "false").map((word): Model => ({ kind: "word", word })),
    array(tie("value"), { maxLength: 3 }).map((items): Model => ({ kind: "list", items })),
    tie("object"),
  ),
  object: uniqueArray(tuple(names, tie("value")), { maxLength: 3, selector: ([name]) => name }).map(
    (members): Model => ({ kind: "object", members }),
  ),
})).object;

/** Everything that has a part in an answer. */
interface Sample {
  readonly args: Model;
  readonly hand: Hand;
  readonly tenant: string;
  readonly id: string;
  readonly session: string | undefined;
  readonly place: string;
  readonly locale: Model | undefined;
}

const few = (...values: string[]): Arbitrary<string> => oneof(constantFrom(...values), texts);
const samples: Arbitrary<Sample> = record({
  args: models,
  hand: constantFrom<Hand>("plain", "escaped", "spaced"),
  tenant: few("default", "t", "1:", "t1:p"),
  id: few("p", "q", "1:p", "p1:"),
  session: oneof(constant(undefined), few("", "s", "-")),
  place: few("users", "files", "5:users"),
  locale: oneof(
    constant(undefined),
    models,
    texts.map((units): Model => ({ kind: "text", units })),
  ),
});

const SHARINGS = ["identity", "tenant", "public"] as const;
type Sharing = (typeof SHARINGS)[number];

function keyOf(sample: Sample, sharing: Sharing, isolation: KeyRules["isolation"]) {
  const { args, hand, tenant, id, session, place, locale } = sample;
  const bytes = (model: Model) => rawJson(Buffer.from(write(model, hand)));
  const request = {
    arguments: bytes(args),
    ...(session !== undefined && { session }),
    ...(locale !== undefined && {
      meta: bytes({
        kind: "object",
        members: [
          ["locale", locale],
          ["traceparent", args],
        ],
      }),
    }),
  };
  const vary = new Set(["locale"]);
  const rules = { place, sharing, isolation, ignored: new Set<string>(), vary };
  return callKey(request, principal(id, { tenant }), rules).key;
}

interface Setting {
  readonly sharing: Sharing;
  readonly isolation: KeyRules["isolation"];
}

function isSameCall(a: Sample, b: Sample, { sharing, isolation }: Setting): boolean {
  const isSameLocale =
    a.locale === undefined || b.locale === undefined
      ? a.locale === b.locale
      : isSame(a.locale, b.locale);
  const isSameTenant = sharing === "public" || a.tenant === b.tenant;
  const isSamePerson = sharing !== "identity" || a.id === b.id;
  const bySession = sharing === "identity" && isolation === "session";
  const isSameSession = !bySession || a.session === b.session;
  const isSameSetting = isSameTenant && isSamePerson && isSameSession && a.place === b.place;
  return isSameSetting && isSameLocale && isSame(a.args, b.args);
}

const mostly = constantFrom(true, true, true, true, false);

/** Pairs that have much in common, so that both equal and nearly equal ones come up. */
const pairs = tuple(samples, samples, array(mostly, { minLength: 7, maxLength: 7 })).map(
  ([one, other, isShared]): readonly [Sample, Sample] => {
    const parts = Object.keys(one) as (keyof Sample)[];
    const common = parts.filter((_, index) => isShared[index]).map((part) => [part, one[part]]);
    return [one, { ...other, ...(Object.fromEntries(common) as Partial<Sample>) }];
  },
);

describe("the key of a call", () => {
  it.each(SHARINGS)("is shared by equal calls and by no others, scope %s", (sharing) => {
    let [equal, different, keyless] = [0, 0, 0];
    const isolations = constantFrom<KeyRules["isolation"]>("shared", "session", "principal");
    assert(
      property(pairs, isolations, ([a, b], isolation) => {
        const [one, other] = [keyOf(a, sharing, isolation), keyOf(b, sharing, isolation)];
        if (one === undefined || other === undefined) {
          keyless += 1;
          return;
        }
        const same = isSameCall(a, b, { sharing, isolation });
        if (same) equal += 1;
        else different += 1;
        expect(one === other).toBe(same);
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(equal, different, keyless)).toBeGreaterThan(100);
  });

  it.each([
    ["2^53 + 1", '{"n":9007199254740993}'],
    ["-0", '{"n":-0}'],
    ["a lone surrogate", '{"n":"\\ud800"}'],
    ["a lone surrogate in a name", '{"\\udfff":1}'],
    ["a member named twice", '{"n":1,"n":1}'],
    ["more than 64 KiB", `{"n":"${"x".repeat(65_536)}"}`],
    ["no JSON", '{"n":'],
  ])("is not there for arguments with %s, and says why", (_, args) => {
    const rules = rulesFor({});
    const request = { arguments: rawJson(Buffer.from(args)) };
    expect(callKey(request, principal("p"), rules)).toEqual({
      reason: expect.stringMatching(/arguments/) as string,
    });
  });

  it("is one for number spellings that JSON holds equal", () => {
    const key = (args: string) => keyWith({ args });
    expect(new Set(["1", "1.0", "10e-1", "1E0"].map((n) => key(`{"n":${n}}`))).size).toBe(1);
    expect(key('{"n":9007199254740992}')).not.toBe(key('{"n":9007199254740991}'));
    expect(key('{"n":1}')).not.toBe(key('{"n":"1"}'));
  });

  it("tells own members called __proto__ from none", () => {
    const key = (args: string) => keyWith({ args });
    expect(key('{"__proto__":{"a":1}}')).not.toBe(key("{}"));
    expect(key('{"__proto__":{"a":1}}')).not.toBe(key('{"__proto__":{"a":2}}'));
    expect(key('{"__proto__":{"a":1}}')).not.toBe(key('{"a":1}'));
  });

  it("leaves ignored arguments out, at the top level only", () => {
    const key = (args: string) => keyWith({ args, ignored: ["id"] });
    expect(key('{"id":1,"x":{"id":1}}')).toBe(key('{"x":{"id":1},"id":2}'));
    expect(key('{"x":{"id":1}}')).toBe(key('{"id":[],"x":{"id":1}}'));
    expect(key('{"x":{"id":1}}')).not.toBe(key('{"x":{"id":2}}'));
  });

  it("is not there with _meta that may count, and ignores what cannot", () => {
    const key = (meta: string) => keyWith({ meta, vary: ["locale"] });
    expect(key('{"other":1}')).toBeUndefined();
    expect(key('{"locale":"de","locale":"en"}')).toBeUndefined();
    expect(key("[]")).toBeUndefined();
    expect(key('{"baggage":"userId=alice"}')).toBeUndefined();
    expect(key('{"progressToken":7,"tracestate":"x"}')).toBe(keyWith({}));
    expect(key('{"locale":"de"}')).not.toBe(keyWith({}));
    expect(key('{"locale":"de"}')).not.toBe(key('{"locale":null}'));
  });

  it("tells calls apart by whatever vary names, a trace included", () => {
    const key = (meta: string) => keyWith({ meta, vary: ["tracestate", "baggage"] });
    for (const name of ["tracestate", "baggage"]) {
      expect(key(`{"${name}":"a"}`)).not.toBe(key(`{"${name}":"b"}`));
      expect(key(`{"${name}":"a"}`)).toBe(key(`{"${name}":"a"}`));
    }
  });

  it("has 43 characters of base64url, whatever the call is", () => {
    expect(keyWith({ args: `{"n":"${"x".repeat(9_000)}"}` })).toMatch(/^[\w-]{43}$/);
  });
});

function rulesFor(more: { ignored?: string[]; vary?: string[] }): KeyRules {
  return {
    place: "here",
    sharing: "identity",
    isolation: "shared",
    ignored: new Set(more.ignored),
    vary: new Set(more.vary),
  };
}

function keyWith(parts: { args?: string; meta?: string; ignored?: string[]; vary?: string[] }) {
  const { args = "{}", meta } = parts;
  const raw = (text: string) => rawJson(Buffer.from(text));
  const request = { arguments: raw(args), ...(meta !== undefined && { meta: raw(meta) }) };
  return callKey(request, principal("p"), rulesFor(parts)).key;
}
