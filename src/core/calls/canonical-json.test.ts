import { isDeepStrictEqual } from "node:util";
import { assert, constantFrom, jsonValue, pre, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../kernel/json.ts";
import { rawJson } from "../../kernel/raw-json.ts";
import { canonicalJson, canonicalWithout } from "./canonical-json.ts";

const canonical = (text: string): string | undefined => canonicalJson(rawJson(Buffer.from(text)));

/** The same value written with its members the other way round, and with spaces. */
function rewrite(value: JsonValue): string {
  if (Array.isArray(value)) return `[ ${value.map(rewrite).join(" , ")} ]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toReversed();
  return `{ ${members.map(([key, item]) => `${JSON.stringify(key)} : ${rewrite(item)}`).join(" ,\n")} }`;
}

describe("canonical JSON", () => {
  it("is equal for texts that mean the same, and only for those", () => {
    const text = jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value));
    assert(
      property(tuple(text, text, constantFrom(true, false)), ([one, other, isSame]) => {
        const written = rewrite(JSON.parse(isSame ? one : other) as JsonValue);
        const [a, b] = [canonical(one), canonical(written)];
        pre(a !== undefined && b !== undefined);
        expect(a === b).toBe(isDeepStrictEqual(plain(one), plain(written)));
      }),
      { numRuns: 500 },
    );
  });

  it("puts members in order and drops layout", () => {
    expect(canonical(' {"b":1 , "a":[1.0, "x"]} ')).toBe('{"a":[1,"x"],"b":1}');
  });

  it.each([
    "9007199254740993",
    '{"id":12345678901234567890}',
    "0.1000000000000000055",
    "1e400",
    "1e-400",
    "[1.00000000000000000000]",
    '"\\ud800"',
    "-0",
    '{"x":[-0.0]}',
    "-0e5",
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":1}',
    '[{"b":{"a:":1,"a:":1}}]',
    '{"a":',
    `"${"x".repeat(70_000)}"`,
  ])("is not there for %s", (text) => {
    expect(canonical(text)).toBeUndefined();
  });

  it.each([
    "9007199254740991",
    '"12345678901234567890"',
    '{"12345678901234567890":0.1}',
    "1e21",
    '"a\\"9007199254740993"',
    '"ü 1e999"',
    '"-0"',
    "-0.5",
    '{"a:\\"b:":"\\\\","c":{"ü:":[":"]}}',
  ])("is there for %s, which loses nothing", (text) => {
    expect(JSON.parse(canonical(text)!)).toEqual(JSON.parse(text));
  });
});

describe("the canonical form without some members", () => {
  const without = (text: string): string | undefined =>
    canonicalWithout(rawJson(Buffer.from(text)), new Set(["id", "__proto__"]));

  it("leaves them out of the object itself, not of what stands in it", () => {
    expect(without('{"id":1,"b":{"id":2},"__proto__":3,"a":0}')).toBe('{"a":0,"b":{"id":2}}');
  });

  it("is not there where the whole has none", () => {
    expect(without('{"id":9007199254740993,"a":1}')).toBeUndefined();
  });
});

/** The value of a text; `-0` and `0` are one number in JSON. */
function plain(text: string): unknown {
  return JSON.parse(JSON.stringify(JSON.parse(text)));
}
