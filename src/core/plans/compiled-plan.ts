import type { RawJson } from "../../kernel/raw-json.ts";
import type { CacheMode } from "../calls/index.ts";
import type { PlanProblem } from "../../kernel/errors.ts";
import type { ServerId } from "../catalog/index.ts";
import type { Evaluator } from "../expressions/index.ts";
import type { PlanCheckRequest } from "./plans.ts";

/** What the expressions of a plan can see. */
export interface PlanScope {
  readonly input: RawJson;
  /** The value of a step that has one; `undefined` for one that was skipped or failed without a fallback. */
  valueOf(step: string): RawJson | undefined;
  /** Inside `forEach`. */
  readonly item?: RawJson;
  readonly index?: number;
  /** Shared by a run (`createPlanEvaluator`), so that all its expressions together are bounded. */
  readonly evaluator?: Evaluator;
}

/** JSON with references in it, compiled. */
export interface Template {
  /** Ids of the steps whose values it reads. */
  readonly reads: readonly string[];
  /**
   * Fills the references in. Values that are picked by a plain path keep their bytes.
   * @throws StepError `reference-empty` when a reference finds nothing, `expression-failed`.
   */
  render(scope: PlanScope): RawJson;
}

/** A `when`: holds unless its expression gives false, null, or something empty. */
export interface Condition {
  readonly reads: readonly string[];
  /** @throws StepError `expression-failed`. */
  holds(scope: PlanScope): boolean;
}

/**
 * Why a step waits for another.
 * `data`: it reads the other's value, and does not run when there is none.
 * `optional`: it reads the value if there is one (`||` gives a default); it runs in any case.
 * `order`: `dependsOn`; it does not run when the other failed (unless its `onError` made up for that or
 * put up with it) or was cancelled.
 * `write`: both may write to one server, so they keep their written order; it runs in any case.
 */
export type DependencyKind = "data" | "optional" | "order" | "write";

/** An edge of the graph. */
export interface Dependency {
  /** Position of the other step in `CompiledPlan.steps`. */
  readonly step: number;
  readonly kind: DependencyKind;
}

/** What happens when a step has failed for good. */
export type OnError =
  | { readonly kind: "fail" }
  | { readonly kind: "continue" }
  | { readonly kind: "value"; readonly value: Template }
  /** The step at this position runs then, and only then; its value becomes this step's. */
  | { readonly kind: "step"; readonly step: number };

/** A tool with arguments. */
export interface PlannedCall {
  /** The gateway's id of the tool, as the catalogue had it when the plan was checked. */
  readonly tool: string;
  readonly server: ServerId;
  /** Whether the tool may change something: its annotations do not say that it only reads. */
  readonly mayWrite: boolean;
  readonly arguments: Template;
}

/** One step, with everything resolved. */
export interface CompiledStep extends PlannedCall {
  readonly id: string;
  /** Where it stands in the plan, a JSON pointer such as `/steps/3`. */
  readonly pointer: string;
  /** No two for the same step; the strongest kind counts (data, order, optional, write). Never cyclic. */
  readonly dependencies: readonly Dependency[];
  /** Set for a step that runs only when another fails: that other's position. */
  readonly fallbackFor?: number;
  readonly when?: Condition;
  readonly forEach?: {
    /** Renders to an array. */
    readonly items: Template;
    /** Items under way at once, ≥ 1; absent: as many as the plan allows. */
    readonly concurrency?: number;
  };
  readonly onError: OnError;
  /** Tries in all, ≥ 1, over what the pipeline itself retries; only for failures that another try may mend. */
  readonly retry?: { readonly maxAttempts: number; readonly backoffMs: number };
  readonly timeoutMs?: number;
  readonly cache?: CacheMode;
  /** Undoes the step when the plan fails after it; sees the step's own value, too, and item and index. */
  readonly compensate?: PlannedCall;
}

/** A plan that has passed its check and can run any number of times. */
export interface CompiledPlan {
  /** In the order in which they are written. */
  readonly steps: readonly CompiledStep[];
  /** The input as given, or the plan's own; `{}` when there is none. */
  readonly input: RawJson;
  /** Absent: the plan has no output of its own. */
  readonly output?: Template;
  /** Steps and items under way at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
}

/** A step as far as it could be read, for plans that fail their check, too. */
export interface OutlineStep {
  readonly id: string;
  readonly tool: string;
  /** Absent when there is no such tool, or the caller may not use it: the two must look alike. */
  readonly server?: ServerId;
  readonly mayWrite: boolean;
  /** Positions of the steps it waits for. */
  readonly dependencies: readonly number[];
}

/** What became of a plan's text. */
export interface Compilation {
  /** Present when no problem is an error. */
  readonly plan?: CompiledPlan;
  /** In written order; empty when the steps or their order cannot be told, such as for a cycle. */
  readonly outline: readonly OutlineStep[];
  readonly problems: readonly PlanProblem[];
}

/** Reads, resolves and checks plans. */
export interface PlanCompiler {
  /** Never throws for what is wrong with the plan. */
  compile(request: PlanCheckRequest): Compilation;
}

/** The rules about what may not follow what. */
export interface CompositionRules {
  /** Why `tool` may not be called after those of `before`; `undefined` when it may. */
  broken(before: Iterable<string>, tool: string): string | undefined;
  /** Whether any rule speaks of the tool. */
  concern(tool: string): boolean;
}
