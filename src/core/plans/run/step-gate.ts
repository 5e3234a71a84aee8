import type { CompiledStep, DependencyKind } from "../compiled-plan.ts";
import type { StepState } from "./step-state.ts";

/** Why a step does not run. */
export interface Skip {
  /** In words. */
  readonly reason: string;
  /** Whether it is for a failure that nothing makes up for. */
  readonly isBlocked: boolean;
}

/**
 * Whether a step whose dependencies have all been decided is kept from running by one of them:
 * `data` wants a value, `order` that no failure lies there which nothing makes up for; the other
 * kinds keep nobody.
 */
export function skipOf(step: CompiledStep, states: readonly StepState[]): Skip | undefined {
  for (const { step: position, kind } of step.dependencies) {
    const other = states[position]!;
    if (position === step.fallbackFor || !isInTheWay(other, kind)) continue;
    const { id } = other.step;
    const reason =
      kind === "data"
        ? `It needs the value of "${id}", which ${fateOf(other)}.`
        : `It comes after "${id}", which ${fateOf(other)}.`;
    return { reason, isBlocked: other.isBlocked };
  }
  return undefined;
}

function isInTheWay(other: StepState, kind: DependencyKind): boolean {
  if (kind === "data") return other.value === undefined;
  return kind === "order" && other.isBlocked;
}

function fateOf({ status }: StepState): string {
  return status === "failed" ? "failed" : `was ${status}`;
}
