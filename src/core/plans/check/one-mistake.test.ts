import { describe, expect, it } from "vitest";
import { compilePlan, type PlanTool } from "../../../../test/support/plans/compile-plan.ts";

const TOOLS: readonly PlanTool[] = [
  {
    server: "s",
    name: "read",
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: "object",
      properties: { id: { type: "integer" }, note: { type: "string" } },
      additionalProperties: false,
    },
  },
];
const told = (step: object, more: object = {}): string[] =>
  compilePlan(
    {
      steps: [
        { id: "b", tool: "s__read" },
        { id: "a", tool: "s__read", ...step },
      ],
      ...more,
    },
    { tools: TOOLS },
  ).problems.map(({ code, message }) => `${code}: ${message}`);

describe("one mistake in a plan is told once", () => {
  const unclosed = [
    expect.stringMatching(/^unclosed-reference: "\$\{steps\.b" has no closing brace/),
  ];

  it("where a reference has no end", () => {
    expect(told({ arguments: { id: "${steps.b" } })).toEqual(unclosed);
    expect(told({ when: " ${steps.b" })).toEqual(unclosed);
    expect(told({ forEach: "${steps.b", arguments: { id: "${item}" } })).toEqual(unclosed);
    expect(told({ forEach: { items: "${steps.b" }, arguments: { id: "${index}" } })).toEqual(
      unclosed,
    );
    expect(told({}, { output: { a: "${steps.b" } })).toEqual(unclosed);
  });

  it.each(["${{ steps.b.id }}", "${{steps.b.id}}"])("where %s has braces too many", (text) => {
    const once = [
      "invalid-expression: ${{BODY}}: write ${steps.b.id} with one pair of braces".replace(
        "{BODY}",
        text.slice(2, -1),
      ),
    ];
    expect(told({ arguments: { id: text } })).toEqual(once);
    expect(told({ arguments: { note: `Of ${text}.` } })).toEqual(once);
    expect(told({ when: text })).toEqual(once);
    expect(told({ forEach: text, arguments: { id: "${item}" } })).toEqual(once);
  });

  it("where an expression cannot be read for another reason", () => {
    const cannot = [expect.stringMatching(/^invalid-expression: \$\{steps\.b\.\}: /)];
    expect(told({ arguments: { id: "${steps.b.}" } })).toEqual(cannot);
    expect(told({ arguments: { id: "${steps.b.}", note: "${steps.b}" } })).toEqual(cannot);
    expect(told({ arguments: { id: "${{a: steps.}}" } })).toEqual([
      expect.not.stringContaining("one pair of braces"),
    ]);
  });

  it("where forEach is given what it cannot go over", () => {
    expect(told({ forEach: "all", arguments: { id: "${item}" } })).toEqual([
      'invalid-value: forEach must be an array, or one reference to an array, got "all"',
    ]);
  });

  it("and still with all that is wrong beside it", () => {
    expect(told({ arguments: { note: "${steps.b", other: 1 } })).toEqual([
      expect.stringContaining("unclosed-reference"),
      "invalid-arguments: other is not allowed",
    ]);
  });
});

describe("what is written as in other languages", () => {
  it.each([
    ["true", "true"],
    ["steps.b.ok == True", "true"],
    ["steps.b != null", "null"],
  ])("is told how to be written in the condition %s", (when, literal) => {
    expect(told({ when })).toEqual([expect.stringContaining(`write \`${literal}\`, in backticks`)]);
  });

  it.each([
    ["if", "when"],
    ["args", "arguments"],
    ["params", "arguments"],
    ["input", "arguments"],
    ["foreach", "forEach"],
    ["loop", "forEach"],
    ["each", "forEach"],
    ["depends_on", "dependsOn"],
    ["needs", "dependsOn"],
    ["after", "dependsOn"],
    ["onFailure", "onError"],
    ["catch", "onError"],
    ["timeout", "timeoutMs"],
    ["max_retries", "retry"],
  ])("is suggested for the member %s of a step: %s", (written, meant) => {
    expect(told({ [written]: {} })).toEqual([
      `unknown-member: "${written}" means nothing here, did you mean "${meant}"?`,
    ]);
  });

  it("is suggested as what the step does not have yet", () => {
    const hints = (step: object): (string | undefined)[] =>
      compilePlan({ steps: [step] }, { tools: TOOLS }).problems.map(
        ({ message }) => /did you mean "(.*)"/.exec(message)?.[1],
      );
    expect(hints({ name: "a", tool: "s__read" })).toContain("id");
    expect(hints({ id: "a", name: "s__read" })).toContain("tool");
    expect(hints({ id: "a", tool: "s__read", name: "x" })).toEqual([undefined]);
  });

  it("is suggested for members of the plan, too", () => {
    expect(told({}, { vars: {}, timeoutMs: 5, result: 1 })).toEqual([
      expect.stringContaining('did you mean "input"?'),
      expect.stringContaining('did you mean "limits"?'),
      expect.stringContaining('did you mean "output"?'),
    ]);
  });
});

describe("a text that looks like a reference", () => {
  const warned = (text: unknown, step: object = {}, more: object = {}): string[] =>
    told({ ...step, arguments: { note: text } }, { input: { city: "Rome" }, ...more });
  const warning = (text: string, path: string): string[] => [
    `not-a-reference: "${text}" is no reference and stays as it is; write \${${path}} for the value`,
  ];

  it.each([
    ["{{steps.b.id}}", "steps.b.id"],
    ["{{ steps.b }}", "steps.b"],
    ["{steps.b.list[0].id}", "steps.b.list[0].id"],
    ["$steps.b", "steps.b"],
    ["$.steps.b.id", "steps.b.id"],
    ["steps.b.id", "steps.b.id"],
    ["{{input.city}}", "input.city"],
    ["$input.city", "input.city"],
  ])("is told of where it names something of the plan: %s", (text, path) => {
    expect(warned(text)).toEqual(warning(text, path));
    expect(told({}, { input: { city: 1 }, output: [text] })).toEqual(warning(text, path));
  });

  it("is told of inside other text, beside references and where it stands", () => {
    expect(warned("Of {{ steps.b.id | upper }} and ${steps.b.name}.")).toEqual(
      warning("{{ steps.b.id", "steps.b.id"),
    );
    const { problems } = compilePlan({
      steps: [
        { id: "b", tool: "s__read" },
        { id: "a", tool: "s__read", arguments: { x: ["", { "k/": "to $steps.b!" }] } },
      ],
    });
    expect(problems).toMatchObject([
      { severity: "warning", step: "a", path: "/steps/1/arguments/x/1/k~1" },
    ]);
  });

  it("is told of by the input's schema, and of items in a forEach", () => {
    const inputSchema = { properties: { town: {} } };
    expect(warned("{input.town}", {}, { inputSchema, input: {} })).toEqual(
      warning("{input.town}", "input.town"),
    );
    expect(warned("{{item.id}}", { forEach: [1] })).toEqual(warning("{{item.id}}", "item.id"));
    expect(warned("{{item.id}}")).toEqual([]);
  });

  it.each([
    "$${steps.b}",
    "$${{steps.b}}",
    "${steps.b.list[?id == $.steps.b.id] | [0]}",
    "{{steps.other}}",
    "{{input.country}}",
    "{input}",
    "{steps}",
    "$.steps",
    "the steps.b of it",
    "input.city",
    "{{stepsb.x}}",
  ])("is text where it is meant to be, or names nothing of the plan: %s", (text) => {
    expect(warned(text)).toEqual([]);
  });
});

describe("a step that is not there", () => {
  it("is never taken for the one that names it", () => {
    const wanted = { fallbackStep: "aa" };
    expect(told({ onError: wanted })).toEqual([expect.not.stringContaining('"a"?')]);
    expect(told({ dependsOn: "aa" })).toEqual([expect.not.stringContaining('"a"?')]);
    expect(told({ arguments: { id: "${steps.aa}" } })).toEqual([
      expect.not.stringContaining('"a"?'),
    ]);
  });
});
