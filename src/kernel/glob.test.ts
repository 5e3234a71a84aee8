import { describe, expect, it } from "vitest";
import { createGlobMatcher } from "./glob.ts";

const matches = (glob: string, text: string): boolean => createGlobMatcher([glob])(text);

describe("globs", () => {
  it("match whole texts only", () => {
    expect(matches("read", "read")).toBe(true);
    expect(matches("read", "read_file")).toBe(false);
    expect(matches("ile", "read_file")).toBe(false);
  });

  it("let * stand for any run, the empty one included", () => {
    expect(matches("read*", "read")).toBe(true);
    expect(matches("*_file", "read_file")).toBe(true);
    expect(matches("a*b*c", "a-b-b-c")).toBe(true);
    expect(matches("a*b*c", "a-c-b")).toBe(false);
    expect(matches("*", "")).toBe(true);
  });

  it("let ? stand for exactly one character", () => {
    expect(matches("get_?", "get_a")).toBe(true);
    expect(matches("get_?", "get_")).toBe(false);
    expect(matches("get_?", "get_ab")).toBe(false);
  });

  it("take every other character for itself", () => {
    expect(matches("a.c", "abc")).toBe(false);
    expect(matches("a[b]c", "a[b]c")).toBe(true);
    expect(matches("Read", "read")).toBe(false);
  });

  it("match nothing when there are none", () => {
    expect(createGlobMatcher([])("anything")).toBe(false);
  });

  it("stay quick on globs made to be slow", () => {
    const glob = `${"*a".repeat(30)}*b`;
    expect(matches(glob, "a".repeat(2_000))).toBe(false);
  });
});
