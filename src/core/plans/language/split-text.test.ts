import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitText } from "./split-text.ts";

/** Parts in short: references in angle brackets. */
function split(source: string): string[] {
  const parts = splitText(source);
  if ("unclosedAt" in parts) return [`unclosed at ${parts.unclosedAt}`];
  return parts.map((part) => (part.kind === "text" ? part.text : `<${part.expression}>`));
}

describe("splitting a string into text and references", () => {
  it.each([
    ["", [""]],
    ["plain $ text {} $x", ["plain $ text {} $x"]],
    ["${input.a}", ["<input.a>"]],
    ["${ input.a }", ["<input.a>"]],
    ["a ${b} c ${d}", ["a ", "<b>", " c ", "<d>"]],
    ["${a}${b}", ["<a>", "<b>"]],
    ["$${a}", ["${a}"]],
    ["$$${a}", ["$${a}"]],
    ["${a}$${b}", ["<a>", "${b}"]],
    ["cost: $${a} is ${b}", ["cost: ${a} is ", "<b>"]],
    ["${{a: b, c: {d: e}}}", ["<{a: b, c: {d: e}}>"]],
    ["${a[?b == '}'].c}!", ["<a[?b == '}'].c>", "!"]],
    [String.raw`${"${"}a[?b == '\'}'].c}`, [String.raw`<a[?b == '\'}'].c>`]],
    ['${"odd } name".x}', ['<"odd } name".x>']],
    ['${a || `{"b": "}"}`}', ['<a || `{"b": "}"}`>']],
    [String.raw`${"${"}a || '\\'}`, [String.raw`<a || '\\'>`]],
  ])("reads %j", (source, parts) => {
    expect(split(source)).toEqual(parts);
  });

  it.each([
    ["${", 0],
    ["x ${a", 2],
    ["${a '}", 0],
    ["${{a}", 0],
    ["${a} ${`}", 5],
  ])("says where a reference in %j is not closed", (source, at) => {
    expect(split(source)).toEqual([`unclosed at ${at}`]);
  });

  it("reads every text as itself once it is escaped", () => {
    const text = fc.string({ unit: fc.constantFrom("$", "{", "}", "a", "`", "'", '"', "\\") });
    fc.assert(
      fc.property(text, (source) => {
        expect(split(source.replaceAll("${", "$$${"))).toEqual([source]);
      }),
    );
  });

  it("takes time in proportion to the text", () => {
    const parts = splitText("${a}$${b}".repeat(200_000));
    expect(parts).toHaveLength(400_000);
    expect(split(`${"${a} ".repeat(200_000)}\${${"{".repeat(200_000)}`)).toHaveLength(1);
  });
});
