import fc from "fast-check";
import { rawJson } from "../../../kernel/raw-json.ts";
import { describe, expect, it } from "vitest";
import {
  compilePlan,
  createPlanBench,
  problemsOf,
} from "../../../../test/support/plans/compile-plan.ts";
import type { Compilation } from "../compiled-plan.ts";

const STEPS = 10_000;

/** Compiles a plan of many steps; fails when that takes work out of all proportion. */
function compileMany(stepAt: (at: number) => object, more: object = {}): Compilation {
  const steps = Array.from({ length: STEPS }, (_, at) => ({
    id: `s${at}`,
    tool: at % 3 === 0 ? "s__write" : "s__read",
    ...stepAt(at),
  }));
  const startedAt = process.cpuUsage();
  const compilation = compilePlan({ steps, ...more });
  const { user } = process.cpuUsage(startedAt);
  // About ten times what it takes; anything quadratic takes minutes.
  expect(user / 1_000).toBeLessThan(15_000);
  return compilation;
}

describe("plans of 10,000 steps", () => {
  it("compile in a chain", () => {
    const { plan } = compileMany(
      (at) => ({
        arguments:
          at === 0 ? {} : { x: `\${steps.s${at - 1}.list[${at}].name}`, y: "n ${input.n}" },
      }),
      { input: { n: 1 } },
    );
    expect(plan?.steps).toHaveLength(STEPS);
    expect(plan?.steps.at(-1)?.dependencies).toEqual([
      { step: STEPS - 2, kind: "data" },
      { step: STEPS - 4, kind: "write" },
    ]);
  });

  it("compile all behind one, and one behind all", () => {
    const first = { arguments: {} };
    const rest = { arguments: { x: "${steps.s0.x}" } };
    expect(compileMany((at) => (at === 0 ? first : rest)).plan).toBeDefined();
    const all = Array.from({ length: STEPS - 1 }, (_, at) => `s${at}`);
    const last = { dependsOn: all, arguments: { x: all.map((id) => `\${steps.${id}.y}`) } };
    const { plan } = compileMany((at) => (at === STEPS - 1 ? last : {}));
    expect(plan?.steps.at(-1)?.dependencies).toHaveLength(STEPS - 1);
  });

  it("keep their written order by one edge each", () => {
    const { plan } = compileMany(() => ({ tool: "s__write" }));
    const edges = plan!.steps.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
    expect(edges).toBe(STEPS - 1);
  });

  it("are told of one cycle through all of them, in short", () => {
    const { problems } = compileMany((at) => ({ dependsOn: `s${(at + 1) % STEPS}` }));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/s0 → s1 → .* → …$/);
  });

  it("are told of no more problems than can be read", () => {
    const { problems } = compileMany((at) => ({
      tool: `nope__${at}`,
      dependsOn: "gone",
      arguments: { a: "${steps.gon}", b: "${nope}" },
      onErorr: 1,
    }));
    expect(problems).toHaveLength(1_001);
    expect(problems.at(-1)).toMatchObject({ severity: "error", code: "more-problems" });
  });

  it("are held against rules", () => {
    const bench = createPlanBench({
      rules: [{ after: ["t__write"], forbid: ["s__*"], reason: "No." }],
    });
    const steps = Array.from({ length: STEPS - 1 }, (_, at) => ({
      id: `s${at}`,
      tool: "s__read",
    }));
    const last = { id: "t", tool: "t__write", dependsOn: steps.map(({ id }) => id) };
    expect(problemsOf(bench.compile({ steps: [...steps, last] }))).toEqual([]);
  });
});

describe("hostile plans", () => {
  const plan = (args: string): string =>
    `{"steps":[{"id":"a","tool":"s__read","arguments":${args}}]}`;

  it.each([
    ["deep arguments", plan(`{"x":${"[".repeat(4_900)}"\${input}"${"]".repeat(4_900)}}`)],
    ["a name that could change prototypes", plan('{"__proto__":{"polluted":"${input}"}}')],
    ["the same member twice", plan('{"a":1,"a":"${input}"}')],
  ])("may have %s", (_, text) => {
    expect(compilePlan(text).plan).toBeDefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ["an expression of many brackets", plan(`{"x":"\${${"(".repeat(2_000)}input"}`)],
    ["an expression that is too long", plan(`{"x":"\${${"a.".repeat(2_000)}b}"}`)],
    ["too much nesting", plan(`{"x":${"[".repeat(5_000)}1${"]".repeat(5_000)}}`)],
    ["members that are prototypes", '{"steps":[{"id":"a","tool":"s__read"}],"__proto__":{"x":1}}'],
    ["steps of the prototype", plan('{"x":"${steps.constructor.name} ${steps.__proto__}"}')],
    ["a tool of the prototype", '{"steps":[{"id":"a","tool":"__proto__"}]}'],
    ["no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString("latin1")],
  ])("may not have %s", (_, text) => {
    const { problems, plan: compiled } = compilePlan(text);
    expect(compiled).toBeUndefined();
    expect(problems.length).toBeGreaterThan(0);
  });

  it("may be 10 MB of constants where the operator allows it", () => {
    const big = plan(
      JSON.stringify({ x: Array.from({ length: 1_000_000 }, (_, at) => at), y: "$" }),
    );
    const options = { maxBytes: 16_777_216 };
    expect(compilePlan(big, { options }).plan?.steps[0]?.arguments.reads).toEqual([]);
    expect(problemsOf(compilePlan(big))).toEqual(["plan-too-large "]);
  });

  it("may not hold more references than are read", () => {
    const many = Array.from({ length: 100_001 }, (_, at) => `\${input.n${at}}`);
    const text = plan(JSON.stringify({ x: many }));
    expect(problemsOf(compilePlan(text))).toContain(
      "too-many-references /steps/0/arguments/x/100000",
    );
  });

  it("cannot hide a step behind bytes that are no text", () => {
    const bytes = Buffer.concat([
      Buffer.from('{"steps":[{"id":"a'),
      Buffer.from([0xff]),
      Buffer.from('","tool":"s__read"}]}'),
    ]);
    const raw = { bytes, value: () => JSON.parse(bytes.toString()) as never };
    const { problems } = createPlanBench().compile({}, { plan: raw });
    expect(problems).not.toEqual([]);
  });

  it("never throw, whatever stands in them", () => {
    const names = [
      "id",
      "tool",
      "arguments",
      "dependsOn",
      "when",
      "forEach",
      "onError",
      "retry",
      "compensate",
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        "a",
        "b",
        "s__read",
        "${steps.a}",
        "${item.x || steps.b[0]}",
        "${",
        "!steps.a",
      ),
    );
    const step = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value);
    const named = fc
      .tuple(step, fc.constantFrom("a", "b"))
      .map(([members, id]) => ({ id, ...members }));
    const plans = fc.record({ steps: fc.array(named), output: value, input: value, limits: value });
    fc.assert(
      fc.property(plans, (text) => {
        const { plan: compiled, problems } = compilePlan(text);
        const hasErrors = problems.some(({ severity }) => severity === "error");
        expect(compiled === undefined).toBe(hasErrors);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["broken", "["],
    ["too deep", `{"x":${"[".repeat(6_000)}${"]".repeat(6_000)}}`],
    ["more than one value", '{"x":1}}'],
    ["no object", "5"],
  ])("may not be given an input that is %s", (_, text) => {
    const input = rawJson(Buffer.from(text));
    const steps = [{ id: "a", tool: "s__read", arguments: { x: "${input.x}" } }];
    expect(problemsOf(createPlanBench().compile({ steps }, { input }))).toContain(
      "invalid-input /input",
    );
  });
});
