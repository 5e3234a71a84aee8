import { array, assert, constantFrom, integer, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { cutPage } from "./page.ts";

const self = (item: string): string => item;

describe("pages of a list", () => {
  it("give every item once and in order, whatever the page size", () => {
    assert(
      property(array(string({ minLength: 1 })), integer({ min: 1, max: 7 }), (raw, size) => {
        const items = [...new Set(raw)].toSorted((a, b) => (a < b ? -1 : 1));
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = cutPage(items, { cursor, size }, self);
          seen.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        expect(seen).toEqual(items);
      }),
    );
  });

  it("go on after the last item given, though the list has changed", () => {
    const first = cutPage(["a", "b", "c"], { cursor: undefined, size: 2 }, self);
    const next = cutPage(["a", "aa", "c", "d"], { cursor: first.nextCursor, size: 2 }, self);
    expect(next).toEqual({ items: ["c", "d"] });
  });

  it("refuse cursors that are not ours", () => {
    assert(
      property(constantFrom("", "zzz", "%%%", "MTI"), (cursor) => {
        expect(() => cutPage(["a"], { cursor, size: 1 }, self)).toThrow(RangeError);
      }),
    );
  });
});
