import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePlan, problemsOf, waitsOf } from "../../../../test/support/plans/compile-plan.ts";
import type { CompiledPlan } from "../compiled-plan.ts";
import { components } from "./components.ts";

const READ = "s__read";
const WRITE = "s__write";
const step = (id: string, args: string = "", more: object = {}): object => ({
  id,
  tool: READ,
  arguments: { args },
  ...more,
});
const write = (id: string, args: string = "", more: object = {}): object =>
  step(id, args, { tool: WRITE, ...more });
const waits = (...steps: object[]): Record<string, string> => waitsOf(compilePlan({ steps }));
const cycleOf = (...steps: object[]): string[] =>
  compilePlan({ steps }).problems.map(({ code, message }) => `${code}: ${message}`);

describe("what steps wait for", () => {
  it("is what they read, and how much they need it", () => {
    expect(
      waits(
        step("a"),
        step("b", "${steps.a.x}"),
        step("c", "${steps.a.x || steps.b.x}"),
        step("d", "", { when: "!steps.a", dependsOn: "b" }),
        step("e", "${steps.a || 'x'}", { dependsOn: ["a"], forEach: "${steps.b}" }),
        step("f", "${steps.a}", { dependsOn: ["a"] }),
      ),
    ).toEqual({
      a: "",
      b: "data a",
      c: "optional a, optional b",
      d: "optional a, order b",
      e: "order a, data b",
      f: "data a",
    });
  });

  it("does not count what undoes a step, and counts a fallback value as optional", () => {
    expect(
      waits(
        step("a"),
        write("b", "", {
          onError: { fallbackValue: { x: "${steps.a}" } },
          compensate: { tool: WRITE, arguments: { b: "${steps.b.id}", a: "${steps.a}" } },
        }),
      ),
    ).toEqual({ a: "", b: "optional a" });
  });

  it("keeps the written order of steps that may write to one server", () => {
    const steps = [
      write("a"),
      step("r"),
      step("t1", "", { tool: "t__write" }),
      write("b"),
      write("c", "${steps.a}"),
      step("t2", "", { tool: "t__write" }),
    ];
    expect(waits(...steps)).toEqual({
      a: "",
      r: "",
      t1: "",
      b: "write a",
      c: "data a, write b",
      t2: "write t1",
    });
    expect(waitsOf(compilePlan({ steps, parallelWrites: true }))).toEqual({
      a: "",
      r: "",
      t1: "",
      b: "",
      c: "data a",
      t2: "",
    });
  });

  it("lets the order of writes yield to that of the data", () => {
    expect(waits(write("a", "${steps.b}"), write("b"), write("c"))).toEqual({
      a: "data b",
      b: "",
      c: "write a",
    });
    expect(
      waits(
        write("a1", "${steps.b2}"),
        write("a2"),
        step("b1", "${steps.a2}", { tool: "t__write" }),
        step("b2", "", { tool: "t__write" }),
      ),
    ).toEqual({ a1: "data b2", a2: "write a1", b1: "data a2, write b2", b2: "" });
  });

  it("keeps the written order where a read between them is written early", () => {
    expect(waits(step("k", "${steps.j}"), write("i"), write("j"))).toEqual({
      k: "data j",
      i: "",
      j: "write i",
    });
  });

  it("counts a fallback as part of the step it stands in for", () => {
    const plan = compilePlan({
      steps: [write("a", "", { onError: { fallbackStep: "f" } }), write("f"), write("b")],
    });
    expect(waitsOf(plan)).toEqual({ a: "", f: "", b: "write a" });
    expect(plan.plan?.steps[1]?.fallbackFor).toBe(0);
    expect(plan.plan?.steps[0]?.onError).toEqual({ kind: "step", step: 1 });
  });

  it("keeps a fallback step behind what the step that it stands in for waits for", () => {
    const fallsBack = { onError: { fallbackStep: "f" } };
    expect(waits(write("f"), write("w"), step("a", "", { ...fallsBack, dependsOn: "w" }))).toEqual({
      f: "write w",
      w: "",
      a: "order w",
    });
    expect(waits(write("a", "", fallsBack), write("b"), step("f", "${steps.b}"))).toEqual({
      a: "write b",
      b: "",
      f: "data b",
    });
    expect(waits(write("b", "${steps.f}"), write("a", "", fallsBack), step("f"))).toEqual({
      b: "data f, write a",
      a: "",
      f: "",
    });
  });
});

describe("steps that wait for each other", () => {
  it("are told with the shortest cycle written out", () => {
    expect(
      cycleOf(step("a", "${steps.c}"), step("b", "${steps.a}"), step("c", "${steps.b}")),
    ).toEqual(["cycle: steps wait for each other, each for the next: a → c → b → a"]);
  });

  it.each([
    ["forEach", [step("a", "", { forEach: "${steps.b}" }), step("b", "${steps.a || 'x'}")]],
    ["dependsOn", [step("a", "", { dependsOn: ["b"] }), step("b", "", { dependsOn: ["a"] })]],
    ["when", [step("a", "", { when: "!steps.b" }), step("b", "${steps.a}")]],
    ["a fallback", [step("a", "", { onError: { fallbackStep: "b" } }), step("b", "${steps.a}")]],
  ])("are found through %s", (_, steps) => {
    const compilation = compilePlan({ steps });
    expect(problemsOf(compilation)).toContain("cycle /steps/0");
    expect(compilation.outline).toEqual([]);
    expect(compilation.problems.find(({ code }) => code === "cycle")?.message).toMatch(
      /a → b( \(fallback of a\))? → a$/,
    );
  });

  it("are found where a step waits for its own fallback", () => {
    const fallsBack = { onError: { fallbackStep: "f" } };
    expect(cycleOf(step("a", "", { ...fallsBack, dependsOn: "f" }), step("f"))).toEqual([
      "cycle: steps wait for each other, each for the next: f (fallback of a) → a → f (fallback of a)",
    ]);
    expect(
      cycleOf(step("a", "${steps.b}", fallsBack), step("b", "${steps.f || 'x'}"), step("f")),
    ).toEqual([
      "cycle: steps wait for each other, each for the next: b → f (fallback of a) → a → b",
    ]);
  });

  it("are told once for each knot, beside what else is wrong", () => {
    const problems = problemsOf(
      compilePlan({
        steps: [
          step("a", "${steps.b}"),
          step("b", "${steps.a}"),
          step("c", "${steps.d} ${steps.nope}"),
          step("d", "${steps.c}"),
        ],
      }),
    );
    expect(problems).toEqual([
      "unknown-step /steps/2/arguments/args",
      "cycle /steps/0",
      "cycle /steps/2",
    ]);
  });

  it("are no problem of one step alone", () => {
    expect(
      problemsOf(
        compilePlan({
          steps: [
            step("a", "${steps.a}"),
            step("b", "", { dependsOn: "b" }),
            step("c", "", { onError: { fallbackStep: "c" } }),
          ],
        }),
      ),
    ).toEqual([
      "self-reference /steps/0/arguments/args",
      "self-reference /steps/1/dependsOn",
      "invalid-fallback /steps/2/onError/fallbackStep",
    ]);
  });
});

describe("any plan", () => {
  const plans = fc.array(
    fc.record({
      reads: fc.uniqueArray(fc.nat(11), { maxLength: 3 }),
      after: fc.uniqueArray(fc.nat(11), { maxLength: 2 }),
      tool: fc.constantFrom(READ, WRITE, "t__write"),
      fallback: fc.option(fc.nat(11), { freq: 2 }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it("is refused for a cycle, or ordered without one, with all that it says itself", () => {
    fc.assert(
      fc.property(plans, (drafts) => {
        const count = drafts.length;
        const ids = (positions: readonly number[], self: number): string[] =>
          positions.filter((at) => at % count !== self).map((at) => `s${at % count}`);
        const taken = new Set<string>();
        const fallbackOf = (fallback: number | null, at: number): object => {
          const [id] = fallback === null ? [] : ids([fallback], at);
          if (id === undefined || taken.has(id)) return {};
          taken.add(id);
          return { onError: { fallbackStep: id } };
        };
        const steps = drafts.map(({ reads, after, tool, fallback }, at) => ({
          id: `s${at}`,
          tool,
          arguments: { all: ids(reads, at).map((id) => `\${steps.${id}}`) },
          dependsOn: ids(after, at),
          ...fallbackOf(fallback, at),
        }));
        const isCyclic = (more: object): boolean =>
          compilePlan({ steps, ...more }).problems.some(({ code }) => code === "cycle");
        const { plan } = compilePlan({ steps });
        expect(plan === undefined).toBe(isCyclic({}));
        expect(isCyclic({ parallelWrites: true })).toBe(isCyclic({}));
        if (plan === undefined) return;
        const edges = plan.steps.map(({ dependencies }) => dependencies.map((edge) => edge.step));
        expect(components(edges)).toHaveLength(count);
        expect(stepsThatEnd(plan)).toHaveLength(count);
        steps.forEach(({ dependsOn, arguments: { all } }, at) => {
          const waitsFor = edges[at]!.map((other) => `s${other}`);
          expect(waitsFor).toEqual(expect.arrayContaining(dependsOn));
          expect(waitsFor).toEqual(
            expect.arrayContaining(all.map((text) => text.slice("${steps.".length, -1))),
          );
        });
        if (taken.size === 0) expectOneAfterAnother(edges, drafts);
      }),
      { numRuns: 500 },
    );
  });

  /** The steps that come to their end when all with a fallback step fail. */
  function stepsThatEnd({ steps }: CompiledPlan): readonly number[] {
    const hasRun = new Set<number>();
    const hasEnded = new Set<number>();
    for (let before = -1; before < hasRun.size + hasEnded.size;) {
      before = hasRun.size + hasEnded.size;
      steps.forEach(({ dependencies, fallbackFor, onError }, at) => {
        const isRipe = dependencies.every((edge) => hasEnded.has(edge.step));
        if (isRipe && (fallbackFor === undefined || hasRun.has(fallbackFor))) hasRun.add(at);
        const isOver = onError.kind !== "step" || hasEnded.has(onError.step);
        if (hasRun.has(at) && isOver) hasEnded.add(at);
      });
    }
    return [...hasEnded];
  }

  /** Any two steps that may write to one server are ordered, directly or not. */
  function expectOneAfterAnother(
    edges: readonly (readonly number[])[],
    drafts: readonly { readonly tool: string }[],
  ): void {
    const before = edges.map((_, at) => reached(edges, at));
    drafts.forEach(({ tool }, at) => {
      for (let other = 0; other < at; other++) {
        if (tool === READ || drafts[other]!.tool !== tool) continue;
        expect(before[at]!.has(other) || before[other]!.has(at)).toBe(true);
      }
    });
  }

  function reached(edges: readonly (readonly number[])[], start: number): Set<number> {
    const found = new Set<number>();
    const queue = [start];
    for (const at of queue) {
      for (const next of edges[at]!) if (!found.has(next)) queue.push(next);
      for (const next of edges[at]!) found.add(next);
    }
    return found;
  }
});
