import { ownBytes } from "../../../kernel/own-bytes.ts";
import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import type { PlanScope, Template } from "../compiled-plan.ts";
import type { PlanStatus, StepFailure } from "../plan-report.ts";
import { failureOf } from "./call-ending.ts";
import type { StepState } from "./step-state.ts";

/** Why a plan ends before all its steps have. */
export interface Stop {
  readonly status: "cancelled" | "failed";
  /** Told as the plan's error. */
  readonly error?: StepFailure;
  /** Told of each step that did not come to its end. */
  readonly reason: string;
}

/** What a plan came to. */
export interface Conclusion {
  readonly status: Exclude<PlanStatus, "running">;
  readonly output?: RawJson;
  readonly error?: StepFailure;
}

/**
 * What a plan came to whose steps have all been decided: `failed` when a step failed that nothing
 * makes up for, or the output cannot be made; `partial` when a failure was made up for or put up with.
 */
export function conclude(
  states: readonly StepState[],
  output: Template | undefined,
  scope: PlanScope,
): Conclusion {
  const failures = states.filter(({ status }) => status === "failed");
  if (failures.some(({ isBlocked }) => isBlocked)) return { status: "failed" };
  const status = failures.length === 0 ? "succeeded" : "partial";
  if (output === undefined) return { status };
  try {
    // It is remembered, when what it may be a piece of is not.
    return { status, output: rawJson(ownBytes(output.render(scope).bytes)) };
  } catch (error) {
    const { code, message } = failureOf(error);
    return { status: "failed", error: { code, message: `The plan has no output: ${message}` } };
  }
}
