import { principal } from "../fakes/principals.ts";
import { createFakeCatalog, type FakeTool } from "../fakes/fake-catalog.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { rawJson, toRawJson, type RawJson } from "../../../src/kernel/raw-json.ts";
import type { ValidationOptions } from "../../../src/core/calls/index.ts";
import { CALLS_DEFAULTS } from "../../../src/core/calls/options.ts";
import type { Tool } from "../../../src/core/catalog/index.ts";
import { createCompositionRules } from "../../../src/core/plans/check/composition-rules.ts";
import { createPlanCompiler } from "../../../src/core/plans/check/plan-compiler.ts";
import type { Compilation, CompiledStep } from "../../../src/core/plans/compiled-plan.ts";
import {
  PLANS_DEFAULTS,
  type CompositionRule,
  type PlansOptions,
} from "../../../src/core/plans/options.ts";
import type { PlanCheckRequest } from "../../../src/core/plans/plans.ts";

/** A tool that plans in tests use. */
export interface PlanTool extends FakeTool {
  readonly outputSchema?: JsonObject;
  readonly tags?: readonly string[];
}

/** What a plan is compiled among. */
export interface PlanWorld {
  readonly tools?: readonly PlanTool[];
  readonly rules?: readonly CompositionRule[];
  readonly options?: Partial<PlansOptions>;
  readonly validation?: Partial<ValidationOptions>;
  /** Plans by the ids of the composite tools they stand behind. */
  readonly composites?: Readonly<Record<string, object>>;
  readonly canUse?: (tool: Tool) => boolean;
}

/** One server that reads and writes, and one more that writes. */
export const PLAN_TOOLS: readonly PlanTool[] = [
  { server: "s", name: "read", annotations: { readOnlyHint: true } },
  { server: "s", name: "write" },
  { server: "t", name: "write" },
];

/** Compiles plans among some tools. */
export function createPlanBench(world: PlanWorld = {}) {
  const tools = world.tools ?? PLAN_TOOLS;
  const fake = createFakeCatalog(tools);
  const byId = new Map<string, Tool>(
    fake.tools().map((tool) => {
      const known = tools.find(({ server, name }) => server === tool.server && name === tool.name);
      return [tool.id, known?.outputSchema ? { ...tool, outputSchema: known.outputSchema } : tool];
    }),
  );
  const catalog = {
    tool: (id: string) => byId.get(id),
    nearest: fake.nearest,
    server: (id: string) => ({
      id: id as Tool["server"],
      tags: tools.find((tool) => tool.server === id)?.tags ?? [],
    }),
  };
  const { canUse = () => true, composites = {}, rules = [] } = world;
  const validation = { ...CALLS_DEFAULTS.validation, ...world.validation };
  const compiler = createPlanCompiler(
    { ...PLANS_DEFAULTS, ...world.options, validation },
    {
      access: { canUse: (_, tool) => canUse(tool) },
      catalog,
      rules: createCompositionRules(rules, { catalog }),
      compositePlan: (tool) =>
        Object.hasOwn(composites, tool) ? toRawJson(composites[tool]) : undefined,
    },
  );
  return {
    compile(plan: object | string, more: Partial<PlanCheckRequest> = {}): Compilation {
      const raw: RawJson = typeof plan === "string" ? rawJson(Buffer.from(plan)) : toRawJson(plan);
      return compiler.compile({ plan: raw, principal: principal("ann"), ...more });
    },
  };
}

const plainBench = /* @__PURE__ */ createPlanBench();

/** Compiles one plan. */
export function compilePlan(plan: object | string, world?: PlanWorld): Compilation {
  return (world === undefined ? plainBench : createPlanBench(world)).compile(plan);
}

/** Problems in short: `code /path`, warnings in parentheses. */
export function problemsOf({ problems }: Compilation): string[] {
  return problems.map(({ severity, code, path }) =>
    severity === "error" ? `${code} ${path}` : `(${code} ${path})`,
  );
}

/** What each step waits for: `a: data b, write c`. */
export function waitsOf({ plan, problems }: Compilation): Record<string, string> {
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  const name = ({ dependencies }: CompiledStep): string =>
    dependencies.map(({ step, kind }) => `${kind} ${plan.steps[step]!.id}`).join(", ");
  return Object.fromEntries(plan.steps.map((step) => [step.id, name(step)]));
}
