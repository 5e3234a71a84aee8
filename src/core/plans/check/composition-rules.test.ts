import { describe, expect, it } from "vitest";
import {
  createPlanBench,
  problemsOf,
  type PlanTool,
} from "../../../../test/support/plans/compile-plan.ts";
import type { PlanCheckRequest } from "../plans.ts";
import { createCompositionRules } from "./composition-rules.ts";

const READ_ONLY = { annotations: { readOnlyHint: true } } as const;
const TOOLS: readonly PlanTool[] = [
  { server: "vault", name: "read", ...READ_ONLY, tags: ["secrets"] },
  { server: "mail", name: "send", ...READ_ONLY },
  { server: "mail", name: "list", ...READ_ONLY },
  { server: "composites", name: "leak" },
];
const RULES = [{ after: ["tag:secrets"], forbid: ["mail__send*"], reason: "Secrets stay here." }];
const COMPOSITES = { composites__leak: { steps: [{ id: "s", tool: "mail__send" }] } };
const bench = createPlanBench({ tools: TOOLS, rules: RULES, composites: COMPOSITES });

const vault = (id: string, more: object = {}): object => ({ id, tool: "vault__read", ...more });
const mail = (id: string, more: object = {}): object => ({ id, tool: "mail__send", ...more });
const check = (steps: object[], more: Partial<PlanCheckRequest> = {}): string[] =>
  problemsOf(bench.compile({ steps }, more));
const broken = (at: number): string[] => [`rule-broken /steps/${at}/tool`];

describe("composition rules", () => {
  it("say what may not follow what, by globs and by tags", () => {
    const catalog = {
      tool: (id: string) => (id.startsWith("vault__") ? ({ server: "vault" } as never) : undefined),
      server: (id: string) => ({ id: id as never, tags: id === "vault" ? ["secrets"] : [] }),
    };
    const rules = createCompositionRules(RULES, { catalog });
    expect(rules.broken(["vault__read"], "mail__send_all")).toBe(
      "mail__send_all may not follow vault__read: Secrets stay here.",
    );
    expect(rules.broken(["mail__list"], "mail__send")).toBeUndefined();
    expect(rules.broken(["vault__read"], "mail__list")).toBeUndefined();
    expect(rules.broken([], "mail__send")).toBeUndefined();
    const withoutTools = createCompositionRules(RULES, {
      catalog: { ...catalog, tool: () => undefined },
    });
    expect(withoutTools.broken(["vault__read"], "mail__send")).toContain("Secrets stay here.");
  });

  it("forbid a step that comes after another, or may", () => {
    expect(check([vault("v"), mail("m", { dependsOn: "v" })])).toEqual(broken(1));
    expect(check([vault("v"), mail("m")])).toEqual(broken(1));
    expect(check([mail("m"), vault("v")])).toEqual(broken(0));
    expect(check([mail("m"), { id: "l", tool: "mail__list" }])).toEqual([]);
  });

  it("allow a step that has certainly ended before", () => {
    expect(check([mail("m"), vault("v", { dependsOn: "m" })])).toEqual([]);
    const between = { id: "l", tool: "mail__list", dependsOn: "m" };
    expect(
      check([mail("m"), between, vault("v", { arguments: { x: "${steps.l || 'x'}" } })]),
    ).toEqual([]);
    expect(check([mail("m"), between, vault("v", { dependsOn: "l" }), vault("w")])).toEqual(
      broken(0),
    );
  });

  it("are told with the dependency that would keep to them, if one can", () => {
    const told = (...steps: object[]): string[] =>
      bench.compile({ steps }).problems.map(({ message }) => message);
    const reason = "mail__send may not follow vault__read: Secrets stay here.";
    expect(told(vault("v"), mail("m"))).toEqual([
      `${reason} ("m" may come after "v"; let "v" wait for "m" by dependsOn)`,
    ]);
    expect(told(vault("v"), mail("m"), vault("w"), vault("x"))).toEqual([
      `${reason} ("m" may come after "v"; let "v" and 2 more wait for "m" by dependsOn)`,
    ]);
    const list = { id: "l", tool: "mail__list", onError: { fallbackStep: "m" } };
    expect(told(list, mail("m"), vault("v"))).toEqual([
      `${reason} ("m" may come after "v"; let "v" wait for "l" by dependsOn)`,
    ]);
    const between = { id: "l", tool: "mail__list", dependsOn: "v" };
    expect(told(vault("v"), between, mail("m", { dependsOn: "l" }))).toEqual([
      `${reason} ("m" may come after "v")`,
    ]);
  });

  it("are told without one where each may not follow the other", () => {
    const mutual = createPlanBench({
      tools: TOOLS,
      rules: [{ after: ["*"], forbid: ["*"], reason: "One at a time." }],
    });
    const { problems } = mutual.compile({ steps: [vault("v"), mail("m")] });
    expect(problems.map(({ message }) => message)).toEqual([
      'vault__read may not follow vault__read: One at a time. ("v" may come after "m")',
      'mail__send may not follow vault__read: One at a time. ("m" may come after "v")',
    ]);
  });

  it("count tools inside composites, tools called before, and what undoes steps", () => {
    expect(check([vault("v"), { id: "c", tool: "composites__leak" }])).toEqual(broken(1));
    const origin = (tools: readonly string[]) => ({
      origin: {
        plan: "p",
        step: "s",
        within: [],
        trail: { tools: new Set(tools), add: () => undefined },
      },
    });
    expect(check([mail("m")], origin(["vault__read"]))).toEqual(broken(0));
    expect(check([mail("m")], origin(["mail__list"]))).toEqual([]);
    expect(check([vault("v", { compensate: { tool: "mail__send" } })])).toEqual(broken(0));
    expect(check([vault("v", { compensate: { tool: "composites__leak" } })])).toEqual(broken(0));
  });

  it("know that a fallback step runs in the place of the step that it stands in for", () => {
    const list = { id: "l", tool: "mail__list", onError: { fallbackStep: "m" } };
    expect(check([list, mail("m"), vault("v", { dependsOn: "l" })])).toEqual([]);
    expect(check([list, mail("m"), vault("v")])).toEqual(broken(1));
    const fallsBack = (id: string): object => ({ onError: { fallbackStep: id } });
    expect(check([mail("m", fallsBack("v")), vault("v")])).toEqual([]);
    expect(check([vault("v", fallsBack("m")), mail("m")])).toEqual(broken(1));
    const chain = [list, { id: "m", tool: "mail__list", ...fallsBack("n") }, mail("n")];
    expect(check([...chain, vault("v", { dependsOn: "l" })])).toEqual([]);
  });

  it("let a tool that may not follow itself run once", () => {
    const once = createPlanBench({
      tools: TOOLS,
      composites: COMPOSITES,
      rules: [{ after: ["mail__send"], forbid: ["mail__send"], reason: "One mail a plan." }],
    });
    const problems = (steps: object[]): string[] => problemsOf(once.compile({ steps }));
    expect(problems([mail("a")])).toEqual([]);
    expect(problems([mail("a"), mail("b", { dependsOn: "a" })])).toEqual(broken(1));
    expect(problems([mail("a", { forEach: [1, 2] })])).toEqual(broken(0));
    expect(problems([mail("a", { retry: 3 })])).toEqual([]);
    const composite = { id: "c", tool: "composites__leak" };
    expect(problems([composite])).toEqual([]);
    expect(problems([{ ...composite, retry: 3 }])).toEqual(broken(0));
    const undone = { tool: "mail__list", compensate: { tool: "mail__send" } };
    expect(problems([{ ...undone, id: "a" }])).toEqual([]);
    expect(problems([{ ...undone, id: "a", forEach: [1, 2] }])).toEqual(broken(0));
    expect(problems([mail("a", { compensate: { tool: "mail__send" } })])).toEqual(broken(0));
    expect(problems([undone, undone].map((step, at) => ({ ...step, id: `a${at}` })))).toEqual([
      ...broken(0),
      ...broken(1),
    ]);
  });

  it("hold in a large plan as in a small one", () => {
    const many = Array.from({ length: 100 }, (_, at) => mail(`m${at}`));
    const all = many.map((_, at) => `m${at}`);
    expect(check([...many, vault("v", { dependsOn: all })])).toEqual([]);
    expect(check([...many, vault("v", { dependsOn: all.slice(0, 99) })])).toEqual(broken(99));
  });
});
