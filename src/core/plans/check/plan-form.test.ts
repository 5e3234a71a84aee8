import { describe, expect, it } from "vitest";
import { compilePlan, problemsOf } from "../../../../test/support/plans/compile-plan.ts";
import { PLANS_DEFAULTS } from "../options.ts";

const plan = (step: object, more: object = {}): object => ({
  steps: [{ id: "a", tool: "s__read", ...step }],
  ...more,
});
const messagesOf = (text: object | string): string[] =>
  compilePlan(text).problems.map(({ message }) => message);

describe("the form of a plan", () => {
  it("is read with all its members", () => {
    const compilation = compilePlan({
      steps: [
        {
          id: "a",
          tool: "s__read",
          arguments: { x: "${item}" },
          dependsOn: ["b"],
          when: "input.go",
          forEach: { items: "${input.list}", concurrency: 3 },
          onError: { fallbackValue: { none: "${item}" } },
          retry: { maxAttempts: 3, backoffMs: 0 },
          timeoutMs: 5,
          cache: "refresh",
          compensate: { tool: "s__write", arguments: { undo: "${steps.a}" } },
        },
        { id: "b", tool: "t__write", onError: "continue", retry: 2, forEach: ["x", "${input.y}"] },
      ],
      inputSchema: { type: "object" },
      input: { go: true, list: [], y: 1 },
      output: { a: "${steps.a || `[]`}" },
      limits: { concurrency: 2, timeoutMs: 1_000 },
      parallelWrites: true,
    });
    expect(compilation.problems).toEqual([]);
    expect(compilation.plan).toMatchObject({
      concurrency: 2,
      timeoutMs: 1_000,
      steps: [
        {
          id: "a",
          pointer: "/steps/0",
          tool: "s__read",
          server: "s",
          mayWrite: false,
          forEach: { concurrency: 3 },
          onError: { kind: "value" },
          retry: { maxAttempts: 3, backoffMs: 0 },
          timeoutMs: 5,
          cache: "refresh",
          compensate: { tool: "s__write", server: "s", mayWrite: true },
        },
        { id: "b", onError: { kind: "continue" }, retry: { maxAttempts: 2, backoffMs: 500 } },
      ],
    });
    expect(compilation.outline).toMatchObject([{ id: "a", dependencies: [1] }, { id: "b" }]);
  });

  it("has defaults for all that is left out", () => {
    const { plan: compiled } = compilePlan(plan({}));
    expect(compiled).toMatchObject({
      concurrency: PLANS_DEFAULTS.concurrency,
      timeoutMs: PLANS_DEFAULTS.timeoutMs,
      steps: [{ onError: { kind: "fail" }, dependencies: [] }],
    });
    expect(compiled?.input.value()).toEqual({});
    const scope = { input: compiled!.input, valueOf: () => undefined };
    expect(compiled!.steps[0]!.arguments.render(scope).value()).toEqual({});
  });

  it.each<[object | string, string[]]>([
    ["{", ["invalid-json "]],
    ["[]", ["invalid-json "]],
    ["", ["invalid-json "]],
    ['{"steps":[{"id":"a","tool":"s__read","arguments":01}]}', ["invalid-json "]],
    [`{"steps":${"[".repeat(6_000)}${"]".repeat(6_000)}}`, ["invalid-json "]],
    [{}, ["missing-member /steps"]],
    [{ steps: {} }, ["invalid-value /steps"]],
    [{ steps: [] }, ["invalid-value /steps"]],
    [{ steps: [1] }, ["invalid-value /steps/0"]],
    [{ steps: [{}] }, ["missing-member /steps/0/id", "missing-member /steps/0/tool"]],
    [plan({ id: "1a" }), ["invalid-id /steps/0/id"]],
    [plan({ id: "__proto__" }), ["invalid-id /steps/0/id"]],
    [plan({ id: "x".repeat(65) }), ["invalid-id /steps/0/id"]],
    [plan({ id: 5 }), ["invalid-id /steps/0/id"]],
    [plan({ tool: "" }), ["invalid-value /steps/0/tool"]],
    [plan({ arguments: [] }), ["invalid-value /steps/0/arguments"]],
    [plan({ dependsOn: [1] }), ["invalid-value /steps/0/dependsOn"]],
    [plan({ when: 1 }), ["invalid-value /steps/0/when"]],
    [plan({ forEach: "x" }), ["invalid-value /steps/0/forEach"]],
    [plan({ forEach: "a ${input}" }), ["invalid-value /steps/0/forEach"]],
    [plan({ forEach: { items: { a: "${input}" } } }), ["invalid-value /steps/0/forEach/items"]],
    [plan({ forEach: {} }), ["missing-member /steps/0/forEach/items"]],
    [
      plan({ forEach: { items: [], concurrency: 0 } }),
      ["invalid-value /steps/0/forEach/concurrency"],
    ],
    [plan({ onError: "ignore" }), ["invalid-value /steps/0/onError"]],
    [plan({ onError: {} }), ["invalid-value /steps/0/onError"]],
    [
      plan({ onError: { fallbackValue: 1, fallbackStep: "a" } }),
      ["invalid-value /steps/0/onError"],
    ],
    [plan({ onError: { fallbackStep: 1 } }), ["invalid-value /steps/0/onError/fallbackStep"]],
    [plan({ retry: 0 }), ["invalid-value /steps/0/retry"]],
    [
      plan({ retry: { backoffMs: -1 } }),
      ["missing-member /steps/0/retry/maxAttempts", "invalid-value /steps/0/retry/backoffMs"],
    ],
    [plan({ timeoutMs: 1.5 }), ["invalid-value /steps/0/timeoutMs"]],
    [plan({ cache: "always" }), ["invalid-value /steps/0/cache"]],
    [plan({ compensate: "s__write" }), ["invalid-value /steps/0/compensate"]],
    [plan({ compensate: {} }), ["missing-member /steps/0/compensate/tool"]],
    [plan({}, { input: [] }), ["invalid-value /input"]],
    [plan({}, { inputSchema: true }), ["invalid-value /inputSchema"]],
    [plan({}, { limits: { concurrency: "2" } }), ["invalid-value /limits/concurrency"]],
    [plan({}, { limits: { timeoutMs: 86_000_000 } }), ["(limit-reduced /limits/timeoutMs)"]],
    [plan({}, { parallelWrites: "yes" }), ["invalid-value /parallelWrites"]],
  ])("is told where it is wrong: %j", (text, expected) => {
    expect(problemsOf(compilePlan(text))).toEqual(expected);
  });

  it("has no unknown members, and names the nearest", () => {
    const text = plan(
      { argumnets: {}, forEach: { item: [] }, for_each: 1, "a/b": 1 },
      { ouput: 1 },
    );
    const told = compilePlan(text).problems.map(({ step, path, message }) => [step, path, message]);
    expect(told).toEqual([
      [undefined, "/ouput", expect.stringContaining('did you mean "output"?')],
      ["a", "/steps/0/argumnets", expect.stringContaining('did you mean "arguments"?')],
      ["a", "/steps/0/for_each", expect.stringContaining('did you mean "forEach"?')],
      ["a", "/steps/0/a~1b", expect.stringContaining("there are id, tool, arguments")],
      ["a", "/steps/0/forEach/item", expect.stringContaining('did you mean "items"?')],
      ["a", "/steps/0/forEach/items", "items is missing"],
    ]);
  });

  it("shows the value that was wrong", () => {
    expect(messagesOf(plan({ retry: "often" }))).toEqual([
      'retry must be a whole number from 1 to 100, got "often"',
    ]);
    expect(messagesOf(plan({ cache: { a: "x".repeat(200) } }))[0]).toMatch(/got \{"a":"x{50,80}…$/);
  });

  it("names steps twice only once", () => {
    const steps = ["a", "b", "a"].map((id) => ({ id, tool: "s__read" }));
    expect(compilePlan({ steps }).problems).toEqual([
      {
        severity: "error",
        step: "a",
        path: "/steps/2/id",
        code: "duplicate-id",
        message: 'there is another step "a" at /steps/0',
      },
    ]);
  });

  it("is bounded", () => {
    const steps = Array.from({ length: 4 }, (_, at) => ({ id: `s${at}`, tool: "s__read" }));
    expect(problemsOf(compilePlan({ steps }, { options: { maxSteps: 3 } }))).toEqual([
      "too-many-steps /steps",
    ]);
    expect(problemsOf(compilePlan({ steps }, { options: { maxBytes: 100 } }))).toEqual([
      "plan-too-large ",
    ]);
    const forEach = [1, 2, 3];
    expect(problemsOf(compilePlan(plan({ forEach }), { options: { maxItems: 2 } }))).toEqual([
      "too-many-items /steps/0/forEach",
    ]);
  });
});
