import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blankJsonComments } from "./json-comments.ts";

const parse = (text: string): unknown => JSON.parse(blankJsonComments(text));

describe("blankJsonComments", () => {
  it("takes out comments, trailing commas and tabs, and moves nothing", () => {
    const text = `{\n\t// the port\n\t"a": [1, 2, /* three */ ], // "x": 1,\n\t"b": {"c": 1,},\n}`;
    const blanked = blankJsonComments(text);
    expect(JSON.parse(blanked)).toEqual({ a: [1, 2], b: { c: 1 } });
    expect(blanked).toHaveLength(text.length);
    expect(blanked.indexOf('"b"')).toBe(text.indexOf('"b"'));
  });

  it("leaves what looks like a comment inside a text alone", () => {
    expect(parse(`{"url": "https://x/*y*/,}", "q": "\\"// no"}`)).toEqual({
      url: "https://x/*y*/,}",
      q: '"// no',
    });
  });

  it("ends at the end of an unfinished comment or text", () => {
    expect(blankJsonComments(`{} /* open`).trim()).toBe("{}");
    expect(blankJsonComments(`{"a": "open`)).toBe(`{"a": "open`);
  });

  it("leaves every JSON text meaning what it meant", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
