import { describe, expect, it } from "vitest";
import { guardedPattern } from "./guarded-pattern.ts";

describe("a guarded pattern", () => {
  it("matches as the pattern does", () => {
    const pattern = guardedPattern("^[a-z]+\\d?$", "u");
    expect(pattern.test("abc1")).toBe(true);
    expect(pattern.test("1abc")).toBe(false);
    expect(pattern.toString()).toBe("/^[a-z]+\\d?$/u");
  });

  it("puts up with escapes that the u flag forbids", () => {
    expect(guardedPattern("^a\\-b\\_c$", "u").test("a-b_c")).toBe(true);
  });

  it("does not try texts that would take too long", () => {
    const pattern = guardedPattern("^.*a.*b.*c$", "u");
    expect(pattern.test("x".repeat(100))).toBe(false);
    expect(pattern.test("x".repeat(100_000))).toBe(true);
  });

  it.each(["(a+)+$", "(", "(?<=a", "(a)\\1"])("is refused for %s", (pattern) => {
    expect(() => guardedPattern(pattern, "u")).toThrow(SyntaxError);
  });
});
