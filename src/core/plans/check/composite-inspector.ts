import type { PlanProblem } from "../../../kernel/errors.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { Place, PlanProblemCode, ProblemList } from "../language/problems.ts";
import type { PlanDraft } from "./draft.ts";

/** What is known of a plan behind a composite tool. */
export interface Inspection {
  /** Ids of all tools that it may call, those inside its own composites included. */
  readonly tools: ReadonlySet<string>;
  /** How many composites stand inside each other in it. */
  readonly height: number;
  readonly problems: readonly PlanProblem[];
}

/** Looks into composite tools, each once. */
export interface CompositeInspector {
  /** What a composite tool calls; `undefined` for other tools, and for what cannot be looked into. */
  inspect(tool: string): Inspection | undefined;
  /** Composites that the plan stands inside, outermost first. */
  readonly chain: readonly string[];
  /** The inspector of a plan behind one of the plan's composites. */
  within(tool: string): CompositeInspector;
}

export interface CompositeInspectorDeps {
  readonly compositePlan: (tool: string) => RawJson | undefined;
  readonly maxDepth: number;
  readonly inspectPlan: (plan: RawJson, inspector: CompositeInspector) => Inspection;
}

/** Makes the inspector of a plan that stands inside the composites of `chain`. */
export function createCompositeInspector(
  chain: readonly string[],
  deps: CompositeInspectorDeps,
): CompositeInspector {
  return inspectorOf(chain, deps, new Map());
}

function inspectorOf(
  chain: readonly string[],
  deps: CompositeInspectorDeps,
  known: Map<string, Inspection>,
): CompositeInspector {
  const inspector: CompositeInspector = {
    chain,
    within: (tool) => inspectorOf([...chain, tool], deps, known),
    inspect(tool) {
      const plan = deps.compositePlan(tool);
      if (plan === undefined) return undefined;
      const before = known.get(tool);
      if (before !== undefined && !chain.includes(tool)) return before;
      const inspection =
        refusal(tool, chain, deps) ?? deps.inspectPlan(plan, inspector.within(tool));
      if (!chain.includes(tool)) known.set(tool, inspection);
      return inspection;
    },
  };
  return inspector;
}

/** What is said of a composite that is not looked into. */
function refusal(
  tool: string,
  chain: readonly string[],
  { maxDepth }: CompositeInspectorDeps,
): Inspection | undefined {
  if (chain.includes(tool)) {
    const way = [...chain.slice(chain.indexOf(tool)), tool].join(" → ");
    return refused("composite-recursion", `a composite tool cannot call itself: ${way}`);
  }
  if (chain.length < maxDepth) return undefined;
  const way = [...chain, tool].join(" → ");
  return refused(
    "composite-too-deep",
    `composite tools stand deeper in each other than plans.maxDepth ${maxDepth}: ${way}`,
  );
}

function refused(code: PlanProblemCode, message: string): Inspection {
  return {
    tools: new Set(),
    height: 1,
    problems: [{ severity: "error", path: "", code, message }],
  };
}

export interface CompositeCheckOptions {
  readonly maxDepth: number;
  /** Whether the plan's caller may hear of the tools inside composites. */
  readonly tellsInside: boolean;
}

/** Looks into the composites among a plan's tools, and tells what is wrong with them. */
export function checkComposites(
  { steps, problems }: PlanDraft,
  inspector: CompositeInspector,
  { maxDepth, tellsInside }: CompositeCheckOptions,
): void {
  for (const { text, tool, compensateTool } of steps) {
    const calls = [
      { tool, place: text.toolPlace },
      { tool: compensateTool, place: text.compensate?.toolPlace ?? text.toolPlace },
    ];
    for (const call of calls) {
      const inspection = call.tool && inspector.inspect(call.tool.id);
      if (call.tool === undefined || inspection === undefined) continue;
      const into = { problems, place: call.place, tellsInside };
      tellInspection(call.tool.id, inspection, into);
      if (
        inspector.chain.length + inspection.height > maxDepth &&
        inspection.problems.length === 0
      ) {
        const message = `with "${call.tool.id}", composite tools stand deeper in each other than plans.maxDepth ${maxDepth}`;
        problems.error("composite-too-deep", call.place, message);
      }
    }
  }
}

function tellInspection(
  tool: string,
  { problems: found }: Inspection,
  into: {
    readonly problems: ProblemList;
    readonly place: Place;
    readonly tellsInside: boolean;
  },
): void {
  const { problems, place, tellsInside } = into;
  const errors = found.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (first === undefined) return;
  if (!tellsInside) {
    const message = `"${tool}" cannot run: it needs tools that you may not use, or is broken`;
    problems.error("composite-broken", place, message);
    return;
  }
  if (first.code === "composite-recursion" || first.code === "composite-too-deep") {
    problems.error(first.code, place, first.message);
    return;
  }
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const message = `the plan behind "${tool}" does not pass its check: ${first.path} ${first.message}${more}`;
  problems.error("composite-broken", place, message);
}
