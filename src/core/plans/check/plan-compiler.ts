import type { RawJson } from "../../../kernel/raw-json.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { Access } from "../../access/index.ts";
import type { Catalog } from "../../catalog/index.ts";
import type {
  Compilation,
  CompiledPlan,
  CompositionRules,
  OutlineStep,
  PlanCompiler,
} from "../compiled-plan.ts";
import type { PlanText } from "../language/plan-text.ts";
import { createProblemList } from "../language/problems.ts";
import { readPlan } from "../language/read-plan.ts";
import type { PlansOptions } from "../options.ts";
import type { PlanCheckRequest } from "../plans.ts";
import { assembleStep } from "./assemble-step.ts";
import { orderSteps } from "./cycles.ts";
import type { PlanDraft } from "./draft.ts";
import { linkSteps } from "./link-steps.ts";
import { resolveSteps } from "./resolve-steps.ts";
import { keepWriteOrder } from "./write-order.ts";

export interface PlanCompilerDeps {
  readonly access: Pick<Access, "canUse">;
  readonly catalog: Pick<Catalog, "tool" | "nearest" | "server">;
  readonly rules: CompositionRules;
  /** The plan behind a composite tool, by the tool's id. */
  readonly compositePlan: (tool: string) => RawJson | undefined;
}

const NO_INPUT = /* @__PURE__ */ rawJson(/* @__PURE__ */ new TextEncoder().encode("{}"));

/** Makes the compiler of plans. */
export function createPlanCompiler(options: PlansOptions, deps: PlanCompilerDeps): PlanCompiler {
  return {
    compile(request) {
      const problems = createProblemList();
      const text = readPlan(request.plan, options, problems);
      if (text === undefined) return { outline: [], problems: problems.list() };
      const draft = resolveSteps(text, request.principal, { ...deps, problems });
      linkSteps(draft, text.output?.references ?? []);
      const order = orderSteps(draft);
      if (order !== undefined && !text.parallelWrites) keepWriteOrder(draft.steps, order);
      return conclude(text, draft, { request, options, isOrdered: order !== undefined });
    },
  };
}

interface Conclusion {
  readonly request: PlanCheckRequest;
  readonly options: PlansOptions;
  readonly isOrdered: boolean;
}

function conclude(text: PlanText, draft: PlanDraft, from: Conclusion): Compilation {
  const { problems } = draft;
  const isWhole = from.isOrdered && !draft.isTorn;
  return {
    outline: isWhole ? toOutline(draft) : [],
    problems: problems.list(),
    ...(problems.hasErrors ? {} : { plan: toPlan(text, draft, from) }),
  };
}

function toPlan(text: PlanText, draft: PlanDraft, { request, options }: Conclusion): CompiledPlan {
  return {
    steps: draft.steps.map((step) => assembleStep(step, draft)),
    input: request.input ?? text.input ?? NO_INPUT,
    ...(text.output === undefined ? {} : { output: text.output }),
    concurrency: Math.min(text.concurrency ?? Infinity, options.concurrency),
    timeoutMs: Math.min(text.timeoutMs ?? Infinity, options.timeoutMs),
  };
}

function toOutline({ steps }: PlanDraft): OutlineStep[] {
  return steps.map(({ text, tool, dependencies }) => ({
    id: text.id,
    tool: tool?.id ?? text.tool,
    mayWrite: tool?.readOnly !== true,
    dependencies: [...dependencies.keys()],
  }));
}
