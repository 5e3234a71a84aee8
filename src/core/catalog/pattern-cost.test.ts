import { describe, expect, it } from "vitest";
import { patternCost } from "./pattern-cost.ts";

describe("the cost of a pattern", () => {
  it.each([
    "(a+)+$",
    "^(a*)*$",
    "(a|a)*b",
    "^(a|ab)*c$",
    "^([a-zA-Z0-9]+\\s?)*$",
    "(\\w|\\d)+!",
    "^(.*,)*x",
    "(?:(?:x+)y?){1,30}z",
    "^(?<word>[a-z]+)+$",
    "(?=(a+)+b)c",
    "(a)\\1",
    "x".repeat(600),
  ])("is hostile for %s", (pattern) => {
    expect(patternCost(pattern)).toEqual({ kind: "hostile" });
  });

  it.each([
    ["^abc$", 0],
    ["^\\d{4}-\\d{2}-\\d{2}$", 0],
    ["^[0-9a-f]{32}$", 0],
    ["^[a-z]+$", 1],
    ["^[\\w\\-.]+@[\\w-]+(\\.[\\w-]+)+$", 3],
    ["^([a-z]+\\.)*[a-z]+$", 2],
    ["^[a-z0-9]+(?:-[a-z0-9]+)*$", 2],
    ["^(https?|ftp)://", 0],
    ["\\s+$", 2],
    ["^(GET|POST|PUT)$", 0],
    ["^(a{2,3}){2}$", 0],
    ["^a.*b.*c.*d", 3],
  ])("is polynomial for %s, of degree %i", (pattern, degree) => {
    expect(patternCost(pattern)).toEqual({ kind: "polynomial", degree });
  });

  it.each(["(", "a)", "[a", "*a", "(?P<name>a)", "(?i)a", "a\\"])(
    "is unknown for %s, which is no pattern",
    (pattern) => {
      expect(patternCost(pattern)).toEqual({ kind: "unreadable" });
    },
  );

  it("is judged quickly even for patterns made to be slow", () => {
    const many = Array.from({ length: 120 }, (_, index) => String.fromCharCode(0x100 + index));
    const nested = `${"(?:".repeat(40)}${many.join("|")}${")*".repeat(40)}`;
    expect(patternCost(nested).kind).toBe("hostile");
  });
});
