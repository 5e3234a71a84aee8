import { assert, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../kernel/json.ts";
import { isFreeText, splitArguments } from "./split-arguments.ts";

describe("splitting arguments", () => {
  it("parts texts from everything else, whatever the order of the keys", () => {
    const one = splitArguments({ query: "weather in Oslo", days: 3, units: "metric" });
    const other = splitArguments({ units: "metric", query: "rain in Bergen", days: 3 });
    expect(one?.texts).toEqual(["weather in Oslo"]);
    expect(other?.texts).toEqual(["rain in Bergen"]);
    expect(one?.shape).toBe(other?.shape);
  });

  it("finds texts in nested objects and lists, in the order of their paths", () => {
    const split = splitArguments({ b: ["two words"], a: { text: "some words" } });
    expect(split?.texts).toEqual(["some words", "two words"]);
  });

  it.each<[JsonValue, JsonValue]>([
    [
      { q: "two words", n: 1 },
      { q: "two words", n: 2 },
    ],
    [
      { q: "two words", n: 1 },
      { q: "two words", n: "1" },
    ],
    [
      { q: "two words", n: 0 },
      { q: "two words", n: -0 },
    ],
    [{ q: "two words" }, { q: "two words", n: null }],
    [{ q: "two words" }, { p: "two words" }],
    [{ q: "two words" }, { q: ["two words"] }],
    [
      { q: "two words", id: "a" },
      { q: "two words", id: "A" },
    ],
    [
      ["two words", "x"],
      ["x", "two words"],
    ],
    [
      { q: "two words", t: "text" },
      { q: "two words", t: "two words" },
    ],
  ])("tells %j from %j", (a, b) => {
    expect(splitArguments(a)?.shape).not.toBe(splitArguments(b)?.shape);
  });

  it.each<[string, JsonValue]>([
    ["no text", { id: 7, city: "Oslo" }],
    ["a whole number that was rounded", { q: "two words", id: 2 ** 53 }],
    ["too many texts", Array.from({ length: 5 }, () => "two words")],
    ["too many values", { q: "two words", rows: Array.from({ length: 600 }, (_, at) => at) }],
  ])("refuses %s", (_, value) => {
    expect(splitArguments(value)).toBeUndefined();
  });

  it("refuses what is nested too deeply", () => {
    let deep: JsonValue = "two words";
    for (let level = 0; level < 40; level++) deep = [deep];
    expect(splitArguments(deep)).toBeUndefined();
  });

  it("gives one shape to one value only", () => {
    const plain = (value: JsonValue): string =>
      JSON.stringify(value, (_, each: unknown) =>
        typeof each === "object" && each !== null && !Array.isArray(each)
          ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
          : Object.is(each, -0)
            ? "minus zero"
            : each,
      );
    assert(
      property(jsonValue(), jsonValue(), (a, b) => {
        const [one, other] = [a, b].map((value) =>
          splitArguments({ q: "two words", v: value as JsonValue }),
        );
        if (one === undefined || other === undefined || one.texts.length + other.texts.length > 2)
          return;
        expect(one.shape === other.shape).toBe(plain(a as JsonValue) === plain(b as JsonValue));
      }),
    );
  });
});

describe("free text", () => {
  it.each(["weather in Oslo", "two words", "東京 天気", "is it 5?"])("is %j", (text) => {
    expect(isFreeText(text)).toBe(true);
  });

  it.each([
    "Oslo",
    "",
    "room 5",
    "2024-05-03 10:00",
    "SELECT name FROM users",
    "price < 40 and stock > 3",
    "const a = b;",
    '{"a": "b c"}',
    "foo.*bar baz",
    "\\d+ of them",
  ])("is not %j", (text) => {
    expect(isFreeText(text)).toBe(false);
  });
});
