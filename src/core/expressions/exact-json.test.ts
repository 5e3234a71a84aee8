import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rawJson, toRawJson } from "../../kernel/raw-json.ts";
import {
  compileExpression,
  createEvaluator,
  exactText,
  exactValue,
  type ExactValue,
} from "./index.ts";

const raw = (text: string): ReturnType<typeof rawJson> => rawJson(Buffer.from(text));
const evaluate = (text: string, expression: string): ExactValue =>
  createEvaluator({ maxSteps: 10_000, maxOutputLength: 10_000 }).evaluate(
    compileExpression(expression, 200),
    exactValue(raw(text)),
  );

describe("exact JSON", () => {
  it("keeps integers beyond 2^53, and nothing else, as bigints", () => {
    const text = String.raw`{"a":[9007199254740993,-18446744073709551616, 1e20,9007199254740991],"b\"":"9007199254740993","c":{}}`;
    expect(exactValue(raw(text))).toEqual({
      a: [9_007_199_254_740_993n, -18_446_744_073_709_551_616n, 1e20, 9_007_199_254_740_991],
      'b"': "9007199254740993",
      c: {},
    });
  });

  it("writes what it read", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.bigInt(),
        fc.constantFrom("", " ", "\n\t"),
        (json, big, gap) => {
          const text = `{${gap}"x"${gap}:[${gap}${big}${gap},9007199254740993${gap}],"__proto__":${JSON.stringify(json)}${gap}}`;
          const written = exactText(exactValue(raw(text)));
          expect(written).toContain(`[${big},9007199254740993]`);
          expect(JSON.parse(written)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it("reads ordinary values as they are", () => {
    const value = toRawJson({ a: [1, 2.5, "x", null, true] });
    expect(exactValue(value)).toBe(value.value());
  });

  it("refuses what is not JSON", () => {
    expect(() => exactValue(raw("[9007199254740993"))).toThrow(SyntaxError);
  });
});

describe("expressions over integers beyond 2^53", () => {
  const text =
    '{"wanted":9007199254740993,"rows":[{"id":9007199254740992},{"id":9007199254740993},{"id":5}]}';

  it("compare and pass them on exactly", () => {
    expect(evaluate(text, "rows[?id == $.wanted].id")).toEqual([9_007_199_254_740_993n]);
    expect(evaluate(text, "rows[?id < $.wanted] | length(@)")).toBe(2);
    expect(evaluate(text, "to_string(rows[1])")).toBe('{"id":9007199254740993}');
    expect(evaluate(text, "type(wanted)")).toBe("number");
    expect(evaluate(text, "contains(rows[*].id, $.wanted)")).toBe(true);
  });

  it.each([
    "wanted + `1`",
    "sum(rows[*].id)",
    "max(rows[*].id)",
    "rows[2].id * `9007199254740991`",
  ])("refuse to round in %s", (expression) => {
    expect(() => evaluate(text, expression)).toThrow(/not-a-number|Invalid type|beyond 2\^53/);
  });
});
