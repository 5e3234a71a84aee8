import { childCancellation, type Cancellation } from "../../../kernel/abort.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { PlanScope } from "../compiled-plan.ts";
import { createPlanEvaluator } from "../language/evaluate.ts";
import type { CompensationReport, StepFailure } from "../plan-report.ts";
import { endingOf, failureOf } from "./call-ending.ts";
import type { StepCaller } from "./step-caller.ts";
import { roundMs, type StepState } from "./step-state.ts";

/** Something that a plan has done and can undo. */
export interface Deed {
  readonly state: StepState;
  /** What its compensation sees, the step's (or item's) own value included. */
  readonly scope: PlanScope;
}

export interface CompensationDeps {
  readonly caller: StepCaller;
  readonly clock: Clock;
  /** Ends it: what is left is reported as not undone. */
  readonly signal: Cancellation;
  /** A step has been undone, or could not be. */
  readonly onStep: (state: StepState) => void;
}

/** Longest time of one call that undoes something, in milliseconds. */
const CALL_TIMEOUT_MS = 30_000;
/** Longest time to undo a whole plan, in milliseconds. */
const TOTAL_TIMEOUT_MS = 300_000;

/**
 * Undoes what a plan has done, the latest first, one after another; a compensation that fails does
 * not keep the others from being tried. Each step's report tells how it went.
 */
export async function compensate(deeds: readonly Deed[], deps: CompensationDeps): Promise<void> {
  const left = new Map<StepState, number>();
  for (const { state } of deeds) left.set(state, (left.get(state) ?? 0) + 1);
  const abort = childCancellation(deps.signal);
  // A plan may have failed for having used up what its expressions may cost.
  const evaluator = createPlanEvaluator();
  const timer = deps.clock.after(TOTAL_TIMEOUT_MS, () => {
    const message = `The plan could not be undone within ${TOTAL_TIMEOUT_MS} ms.`;
    abort.abort(new GatewayError("deadline-exceeded", message, { timeoutMs: TOTAL_TIMEOUT_MS }));
  });
  try {
    for (const { state, scope } of deeds.toReversed()) {
      const deed = { state, scope: { ...scope, evaluator } };
      state.compensation = merge(state.compensation, await undo(deed, deps, abort.signal));
      left.set(state, left.get(state)! - 1);
      if (left.get(state) === 0) settle(state, deps);
    }
  } finally {
    timer[Symbol.dispose]();
    abort[Symbol.dispose]();
  }
}

function settle(state: StepState, { onStep }: CompensationDeps): void {
  const isUndone = state.compensation?.status === "succeeded";
  if (isUndone && state.status === "succeeded") state.status = "compensated";
  onStep(state);
}

async function undo(
  { state, scope }: Deed,
  deps: CompensationDeps,
  signal: Cancellation,
): Promise<CompensationReport> {
  const { tool } = state.step.compensate!;
  const startedAt = deps.clock.monotonic();
  const error = await failureOfUndoing({ state, scope }, deps.caller, signal);
  const durationMs = roundMs(deps.clock.monotonic() - startedAt);
  if (error === undefined) return { tool, status: "succeeded", durationMs };
  return { tool, status: "failed", error, durationMs };
}

async function failureOfUndoing(
  { state, scope }: Deed,
  caller: StepCaller,
  signal: Cancellation,
): Promise<StepFailure | undefined> {
  const { tool, mayWrite, arguments: template } = state.step.compensate!;
  try {
    if (signal.aborted) return failureOf(signal.reason);
    const args = template.render(scope);
    const call = { step: state.step.id, tool, arguments: args, timeoutMs: CALL_TIMEOUT_MS };
    const outcome = await caller.call(call, signal);
    if (outcome.kind === "cancelled" && signal.aborted) return failureOf(signal.reason);
    const ending = endingOf(outcome, mayWrite);
    return ending.kind === "failed" ? ending.failure : undefined;
  } catch (error) {
    return failureOf(error);
  }
}

/** Of the items of one step together: failed if any did, and then why the first did. */
function merge(one: CompensationReport | undefined, other: CompensationReport): CompensationReport {
  if (one === undefined) return other;
  const worse = one.status === "failed" ? one : other;
  return { ...worse, durationMs: roundMs(one.durationMs + other.durationMs) };
}
