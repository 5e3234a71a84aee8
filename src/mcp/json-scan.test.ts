import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arrayItems,
  JsonScanError,
  MAX_JSON_DEPTH,
  objectMembers,
  parseSpan,
} from "./json-scan.ts";

const bytes = (text: string): Buffer => Buffer.from(text);

describe("object members", () => {
  it("agree with JSON.parse on every object, however it is spaced", () => {
    const objects = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue());
    fc.assert(
      fc.property(objects, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = bytes(JSON.stringify(value, undefined, indent));
        const parsed = JSON.parse(text.toString()) as Record<string, unknown>;
        const members = objectMembers(text);
        expect(new Set(members.keys())).toEqual(new Set(Object.keys(parsed)));
        for (const [key, span] of members) {
          expect(parseSpan(text, span)).toEqual(
            Object.getOwnPropertyDescriptor(parsed, key)?.value,
          );
        }
      }),
    );
  });

  it.each([
    ["", 0],
    [", however deep", 200],
  ])("accept exactly what JSON.parse accepts, under mutation%s", (_, levels) => {
    const mutated = fc
      .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), fc.string({ maxLength: 2 }))
      .map(([value, at, junk]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        const changed = text.slice(0, cut) + junk + text.slice(cut + (at % 2));
        return levels === 0 ? changed : deep(levels, changed);
      });
    fc.assert(
      fc.property(mutated, (text) => {
        expect(accepts(() => objectMembers(bytes(text)))).toBe(
          accepts(() => {
            const value: unknown = JSON.parse(text);
            if (typeof value !== "object" || value === null || Array.isArray(value))
              throw new Error();
          }),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it("take the last of equal keys and keep numbers as they are written", () => {
    const text = bytes(`{"a":1,"a":12345678901234567890.10}`);
    const span = objectMembers(text).get("a")!;
    expect(text.subarray(span.start, span.end).toString()).toBe("12345678901234567890.10");
  });

  it("refuse nesting that would endanger the stack of others", () => {
    expect(objectMembers(bytes(deep(MAX_JSON_DEPTH))).size).toBe(1);
    expect(() => objectMembers(bytes(deep(MAX_JSON_DEPTH + 1)))).toThrow(JsonScanError);
    expect(() => objectMembers(bytes(deep(100_000)))).toThrow(JsonScanError);
  });
});

describe("array items", () => {
  it("agree with JSON.parse", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (value) => {
        const text = bytes(JSON.stringify(value, undefined, 1));
        const items = arrayItems(text).map((span) => parseSpan(text, span));
        expect(items).toEqual(JSON.parse(text.toString()));
      }),
    );
  });
});

function deep(levels: number, inner = ""): string {
  return `{"a":${"[".repeat(levels)}${inner}${"]".repeat(levels)}}`;
}

function accepts(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
