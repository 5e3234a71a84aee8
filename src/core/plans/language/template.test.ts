import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rawJson, toRawJson, type RawJson } from "../../../kernel/raw-json.ts";
import type { PlanScope } from "../compiled-plan.ts";
import { StepError } from "../step-error.ts";
import { compileCondition } from "./compile-condition.ts";
import { compileTemplate, type TemplateContext } from "./compile-template.ts";
import { createPlanEvaluator } from "./evaluate.ts";
import { createProblemList, type ProblemList } from "./problems.ts";
import { createReferenceCache } from "./reference-cache.ts";
import type { CompiledTemplate } from "./template.ts";

function newContext(problems: ProblemList = createProblemList()): TemplateContext {
  return { problems, references: createReferenceCache(problems), maxRenderedBytes: 100_000 };
}

const compile = (json: string, context = newContext()): CompiledTemplate =>
  compileTemplate(Buffer.from(json), { path: "/x" }, context);
const raw = (json: string): RawJson => rawJson(Buffer.from(json));
const text = ({ bytes }: RawJson): string => Buffer.from(bytes).toString();

const VALUES = {
  input: raw(
    '{"n": 1.10, "big": 9007199254740993, "name": "A\\"da\\u00e9", "none": null, "city": "Rome"}',
  ),
  steps: new Map([
    [
      "a",
      raw('{"users":[{"id":18446744073709551615,"name":"Ada"},{"id":2,"name":"Bob"}],"ok":false}'),
    ],
    ["t", raw('"plain text"')],
    ["e", raw("[ ]")],
  ]),
};
const SCOPE: PlanScope = {
  input: VALUES.input,
  valueOf: (step) => VALUES.steps.get(step),
  item: raw('{"id":7}'),
  index: 3,
};
const render = (json: string, scope: PlanScope = SCOPE): string =>
  text(compile(json).render(scope));
const inString = (expression: string): string => render(JSON.stringify(expression));

function errorOf(json: string, scope: PlanScope = SCOPE): string {
  try {
    render(json, scope);
  } catch (error) {
    if (error instanceof StepError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("a template", () => {
  it("keeps every byte of what is constant", () => {
    const json = '{ "a" :1.50, "b":[1e3,\t18446744073709551616], "\\u0061":"\\u00e9$\\u007d" }';
    expect(render(json)).toBe(json);
    fc.assert(
      fc.property(fc.json(), (constant) => {
        expect(render(constant.replaceAll("${", "$ {"))).toBe(constant.replaceAll("${", "$ {"));
      }),
    );
  });

  it("keeps the bytes of values that a plain path picks", () => {
    expect(inString("${input.n}")).toBe("1.10");
    expect(inString("${input.big}")).toBe("9007199254740993");
    expect(inString("${steps.a.users[0].id}")).toBe("18446744073709551615");
    expect(inString("${steps.a.users[-1]}")).toBe('{"id":2,"name":"Bob"}');
    expect(render('{"x":1.0,"y":"${input.n}", "z" : [ "${item.id}", "${index}" ]}')).toBe(
      '{"x":1.0,"y":1.10, "z" : [ 7, 3 ]}',
    );
  });

  it("writes values into text, strings as they are and others as JSON", () => {
    expect(inString("${input.name} of ${steps.a.users[1]} at ${index}")).toBe(
      String.raw`"A\"da\u00e9 of {\"id\":2,\"name\":\"Bob\"} at 3"`,
    );
    expect(inString("${steps.t}!")).toBe('"plain text!"');
    expect(inString("$${input.n} costs ${input.n}")).toBe('"${input.n} costs 1.10"');
  });

  it("evaluates other expressions without rounding integers", () => {
    expect(inString("${steps.a.users[*].id}")).toBe("[18446744073709551615,2]");
    expect(inString("${steps.a.users[?id == `2`] | [0].{name: name, i: $.index}}")).toBe(
      '{"name":"Bob","i":3}',
    );
    expect(inString("n: ${max(steps.a.users[*].name)}")).toBe('"n: Bob"');
    expect(errorOf('"${input.big + `1`}"')).toMatch(/^expression-failed: .*not-a-number/);
  });

  it("finds own members only", () => {
    for (const path of ["constructor", '"__proto__"', "input.toString", 'steps.a."__proto__".x']) {
      const scoped = path.includes(".") ? path : `input.${path}`;
      expect(errorOf(JSON.stringify(`\${${scoped}}`))).toMatch(/^reference-empty/);
      expect(errorOf(JSON.stringify(`\${[${scoped}] | [0]}`))).toMatch(/^reference-empty/);
    }
    const own: PlanScope = { ...SCOPE, input: raw('{"__proto__":{"x":5}}') };
    expect(render('"${input.\\"__proto__\\".x}"', own)).toBe("5");
    expect(render('"${{\\"__proto__\\": input.\\"__proto__\\".x}}"', own)).toBe('{"__proto__":5}');
  });

  it.each([
    ["${input.nme}", 'input has no member "nme": it is an object with n, big, name, none, city'],
    ["${input.none}", "input.none is null"],
    ["${steps.a.users[5].name}", "steps.a.users has no item 5: it is an array of 2"],
    ["${steps.a.users.name}", 'steps.a.users has no member "name": it is an array of 2'],
    ["${steps.gone.x}", "steps.gone has no value"],
    ["${steps.t.x}", 'steps.t has no member "x": it is a string'],
    ["is ${steps.a.users[?id == `9`] | [0]}", "steps.a is an object with users, ok"],
  ])("fails when %s finds nothing, and says what there is instead", (reference, reason) => {
    const message = errorOf(JSON.stringify(reference));
    expect(message).toMatch(/^reference-empty: The reference \$\{.*finds nothing/);
    expect(message).toContain(reason);
  });

  it("takes the default that an expression gives", () => {
    expect(inString("${input.nme || 'nobody'}")).toBe('"nobody"');
    expect(inString("${steps.gone || steps.a.ok || `[]`}")).toBe("[]");
    expect(inString("${input.nme || `null`}")).toBe("null");
    expect(inString("${input.nme ? 'a' : `null`}")).toBe("null");
    expect(errorOf('"${input.nme || steps.gone}"')).toMatch(/^reference-empty/);
  });

  it("does not let references make more than a plan may hold", () => {
    const scope: PlanScope = { ...SCOPE, input: toRawJson({ text: "x".repeat(1_000) }) };
    const many = JSON.stringify(Array.from({ length: 200 }, () => "a ${input.text}"));
    expect(errorOf(many, scope)).toMatch(/^values-too-large/);
  });

  it("bounds what the expressions of one run cost together", () => {
    const evaluator = createPlanEvaluator();
    const input = toRawJson({ list: Array.from({ length: 1_000 }, (_, id) => ({ id })) });
    const scope: PlanScope = { ...SCOPE, input, evaluator };
    const template = compile('"${input.list[?length($.input.list[?id > `3`]) > `1`]}"');
    expect(() => template.render(scope)).toThrow(/takes too many steps/);
    const small = compile('"${length(input.list[?id > `3`])}"');
    expect(() => {
      for (let round = 0; round < 30_000; round++) small.render(scope);
    }).toThrow(/too many steps together/);
  });

  it("passes large values through plain paths without looking at them again", () => {
    const items = Array.from({ length: 20_000 }, (_, id) => ({ id, text: "x".repeat(50) }));
    const scope: PlanScope = { ...SCOPE, input: toRawJson({ items }) };
    const context = newContext();
    for (let at = 0; at < 20_000; at++) {
      const rendered = compile(`"\${input.items[${at}].id}"`, context).render(scope);
      expect(text(rendered)).toBe(String(at));
    }
  });
});

describe("what is told of a template", () => {
  const problemsOf = (json: string): string[] => {
    const problems = createProblemList();
    compile(json, newContext(problems));
    return problems.list().map(({ code, path }) => `${code} ${path}`);
  };

  it("names the place of every fault", () => {
    const json = '{"a~/b":["${input.x",{"c":"${input..x} ${nope}"}],"${k}":"${input.ok}"}';
    expect(problemsOf(json)).toEqual([
      "unclosed-reference /x/a~0~1b/0",
      "invalid-expression /x/a~0~1b/1/c",
      "unknown-name /x/a~0~1b/1/c",
      "reference-in-key /x/${k}",
    ]);
  });

  it("finds references that are written as escapes", () => {
    expect(render('"\\u0024{input.city}"')).toBe('"Rome"');
    expect(render('"$\\u007binput.city}"')).toBe('"Rome"');
  });

  it("survives nesting and size", () => {
    const deep = `${"[".repeat(4_000)}"\${input.city}"${"]".repeat(4_000)}`;
    expect(render(deep)).toHaveLength(deep.length - 9);
    const wide = JSON.stringify(Array.from({ length: 200_000 }, () => "${input.city}"));
    const context = { ...newContext(), maxRenderedBytes: 10_000_000 };
    expect(text(compile(wide, context).render(SCOPE))).toHaveLength(200_000 * 7 + 1);
  });
});

describe("a condition", () => {
  const holds = (condition: string): boolean | undefined =>
    compileCondition(condition, { path: "/when" }, newContext())?.holds(SCOPE);

  it.each([
    ["input.n", true],
    ["${input.n > `1`}", true],
    [" ${ input.city } ", true],
    ["input.city == 'Rome' && !steps.gone", true],
    ["!steps.a.ok", true],
    ["`0`", true],
    ["steps.a.ok", false],
    ["input.none", false],
    ["steps.gone.x", false],
    ["steps.e", false],
    ["''", false],
    ["`{}`", false],
    ["length(steps.a.users) > `2`", false],
  ])("%j holds: %s", (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  it("fails when its expression does not fit the data", () => {
    expect(() => holds("sum(input.city)")).toThrow(StepError);
  });

  it.each(["a ${input.n}", "${input.n}${input.n}", "${input.n", "input..n", ""])(
    "cannot be %j",
    (condition) => {
      expect(holds(condition)).toBeUndefined();
    },
  );
});
