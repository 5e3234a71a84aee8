import type { RawJson } from "../../../kernel/raw-json.ts";
import { seesAllTools, type Access } from "../../access/index.ts";
import {
  createArgumentsValidator,
  type ArgumentsValidator,
  type ValidationOptions,
} from "../../calls/index.ts";
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
import { inputOf, NO_INPUT, type PlanInput } from "./check-input.ts";
import { checkRules } from "./check-rules.ts";
import { checkValues } from "./check-values.ts";
import {
  checkComposites,
  createCompositeInspector,
  type CompositeInspector,
  type Inspection,
} from "./composite-inspector.ts";
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

/** Bounds of plans, and how their calls are checked. */
export interface PlanCompilerOptions extends PlansOptions {
  /** As of calls: where these are not checked, nor are their arguments in a plan. */
  readonly validation: ValidationOptions;
}

/** Makes the compiler of plans. */
export function createPlanCompiler(
  options: PlanCompilerOptions,
  deps: PlanCompilerDeps,
): PlanCompiler {
  // A plan's input is held against the plan's own schema in any case.
  const validator = createArgumentsValidator(
    { ...options.validation, enabled: true },
    { onUnusableSchema: () => undefined },
  );
  return {
    compile(request) {
      const compile = (plan: RawJson, inspector: CompositeInspector, isInner: boolean) =>
        compilePlan({ ...request, plan }, { options, deps, validator, inspector, isInner });
      const inspector = createCompositeInspector(request.origin?.within ?? [], {
        compositePlan: deps.compositePlan,
        maxDepth: options.maxDepth,
        inspectPlan: (plan, inner) => compile(plan, inner, true),
      });
      const { plan, outline, problems } = compile(request.plan, inspector, false);
      return { outline, problems, ...(plan === undefined ? {} : { plan }) };
    },
  };
}

interface CompileContext {
  readonly options: PlanCompilerOptions;
  readonly deps: PlanCompilerDeps;
  readonly validator: ArgumentsValidator;
  readonly inspector: CompositeInspector;
  /** Whether the plan stands behind a composite of the one that is asked for: its input comes later. */
  readonly isInner: boolean;
}

function compilePlan(request: PlanCheckRequest, context: CompileContext): Compilation & Inspection {
  const { options, deps, validator, inspector, isInner } = context;
  const problems = createProblemList();
  const text = readPlan(request.plan, options, problems);
  if (text === undefined) {
    return { outline: [], problems: problems.list(), tools: new Set(), height: 1 };
  }
  const draft = resolveSteps(text, request.principal, { ...deps, problems });
  const order = orderPlan(text, draft);
  const input = isInner ? undefined : inputOf(text, request, { options, validator, problems });
  const { maxItems, validation } = options;
  checkValues(text, draft, { input, validator, maxItems, checksArguments: validation.enabled });
  const tellsInside = seesAllTools(request.principal);
  checkComposites(draft, inspector, { maxDepth: options.maxDepth, tellsInside });
  // A broken rule names tools inside composites, too: whoever may use all of these may hear of them.
  if (order !== undefined && (tellsInside || !problems.hasErrors)) {
    const { rules } = deps;
    const before = isInner ? undefined : request.origin?.trail.tools;
    checkRules({ steps: draft.steps, order, problems }, { rules, inspector, before });
  }
  return {
    outline: order === undefined || draft.isTorn ? [] : toOutline(draft),
    problems: problems.list(),
    ...(problems.hasErrors ? {} : { plan: toPlan(text, draft, { input, options }) }),
    ...inspectionOf(draft, inspector),
  };
}

/** Finds out what waits for what; gives an order that keeps to it, if there is one. */
function orderPlan(text: PlanText, draft: PlanDraft): readonly number[] | undefined {
  linkSteps(draft, text.output?.references ?? []);
  const order = orderSteps(draft);
  if (order === undefined || text.parallelWrites) return order;
  keepWriteOrder(draft.steps, order);
  return orderSteps(draft);
}

/** What a plan is to one that it stands inside of. */
function inspectionOf(
  { steps }: PlanDraft,
  inspector: CompositeInspector,
): Pick<Inspection, "tools" | "height"> {
  const tools = new Set<string>();
  let height = 0;
  for (const { tool, compensateTool } of steps) {
    for (const called of [tool, compensateTool]) {
      if (called === undefined) continue;
      const inner = inspector.inspect(called.id);
      tools.add(called.id);
      for (const id of inner?.tools ?? []) tools.add(id);
      height = Math.max(height, inner?.height ?? 0);
    }
  }
  return { tools, height: height + 1 };
}

function toPlan(
  text: PlanText,
  draft: PlanDraft,
  { input, options }: { readonly input: PlanInput | undefined; readonly options: PlansOptions },
): CompiledPlan {
  return {
    steps: draft.steps.map((step) => assembleStep(step, draft)),
    input: input?.value ?? NO_INPUT,
    ...(text.output === undefined ? {} : { output: text.output }),
    concurrency: Math.min(text.concurrency ?? Infinity, options.concurrency),
    timeoutMs: Math.min(text.timeoutMs ?? Infinity, options.timeoutMs),
  };
}

function toOutline({ steps }: PlanDraft): OutlineStep[] {
  return steps.map(({ text, tool, dependencies }) => ({
    id: text.id,
    tool: tool?.id ?? text.tool,
    ...(tool === undefined ? {} : { server: tool.server }),
    mayWrite: tool?.readOnly !== true,
    dependencies: [...dependencies.keys()],
  }));
}
