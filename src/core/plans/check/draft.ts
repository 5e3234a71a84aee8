import type { Tool } from "../../catalog/index.ts";
import type { DependencyKind } from "../compiled-plan.ts";
import type { StepText } from "../language/plan-text.ts";
import type { ProblemList } from "../language/problems.ts";

/** A step on its way from text to compiled. */
export interface StepDraft {
  readonly position: number;
  readonly text: StepText;
  /** Absent when there is no such tool. */
  readonly tool: Tool | undefined;
  readonly compensateTool: Tool | undefined;
  /** By the other step's position; the strongest kind counts. */
  readonly dependencies: Map<number, DependencyKind>;
  /** Position of the step that this one stands in for when it fails. */
  fallbackFor: number | undefined;
}

/** The steps of a plan, by position and by id. */
export interface PlanDraft {
  readonly steps: readonly StepDraft[];
  readonly byId: ReadonlyMap<string, StepDraft>;
  /** Whether ids may be missing since some step could not be read. */
  readonly isTorn: boolean;
  readonly problems: ProblemList;
}

const STRENGTH: Readonly<Record<DependencyKind, number>> = {
  data: 3,
  order: 2,
  optional: 1,
  write: 0,
};

/** Notes that a step waits for another; the strongest reason stays. */
export function addDependency(step: StepDraft, other: number, kind: DependencyKind): void {
  const before = step.dependencies.get(other);
  if (before === undefined || STRENGTH[kind] > STRENGTH[before]) step.dependencies.set(other, kind);
}

/** Who names which step. */
export interface StepSought {
  readonly id: string;
  /** The step that names it, which it does not mean; absent: the output, or one that may mean itself. */
  readonly by?: StepDraft | undefined;
}

/** Finds a step by id; one that is not there becomes a problem. */
export function findStep(
  { id, by }: StepSought,
  { steps, byId, isTorn, problems }: PlanDraft,
  report: (hint: string) => void,
): StepDraft | undefined {
  const found = byId.get(id);
  const mayBeUnread = isTorn || byId.size < steps.length;
  if (found === undefined && !mayBeUnread) {
    report(problems.hint(id, othersThan(by, byId)));
  }
  return found;
}

function* othersThan(
  step: StepDraft | undefined,
  byId: ReadonlyMap<string, StepDraft>,
): Generator<string> {
  for (const [id, other] of byId) if (other !== step) yield id;
}
