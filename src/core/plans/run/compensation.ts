import { childCancellation, type Cancellation } from "../../../kernel/abort.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { PlanScope } from "../compiled-plan.ts";
import { createPlanEvaluator } from "../language/evaluate.ts";
import type { StepFailure } from "../plan-report.ts";
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
export const UNDOING_TIMEOUT_MS = 300_000;

/**
 * Undoes what a plan has done, the latest first, one after another; a compensation that fails does
 * not keep the others from being tried. Each step's report tells how it went.
 */
export async function compensate(deeds: readonly Deed[], deps: CompensationDeps): Promise<void> {
  const undoings = countDeeds(deeds);
  const abort = childCancellation(deps.signal);
  // A plan may have failed for having used up what its expressions may cost.
  const evaluator = createPlanEvaluator();
  const timer = deps.clock.after(UNDOING_TIMEOUT_MS, () => {
    const message = `The plan could not be undone within ${UNDOING_TIMEOUT_MS} ms.`;
    abort.abort(new GatewayError("deadline-exceeded", message, { timeoutMs: UNDOING_TIMEOUT_MS }));
  });
  try {
    for (const { state, scope } of deeds.toReversed()) {
      const deed = { state, scope: { ...scope, evaluator } };
      const undoing = undoings.get(state)!;
      await undo(deed, undoing, { ...deps, signal: abort.signal });
      if (undoing.left === 0) settle(state, undoing, deps);
    }
  } finally {
    timer[Symbol.dispose]();
    abort[Symbol.dispose]();
  }
}

/** How far one step is undone: its deeds are counted, of a `forEach` one for each item. */
interface Undoing {
  total: number;
  left: number;
  notUndone: number;
  /** Why one could not be undone, the first that was tried. */
  failure?: StepFailure;
  tookMs: number;
}

function countDeeds(deeds: readonly Deed[]): ReadonlyMap<StepState, Undoing> {
  const undoings = new Map<StepState, Undoing>();
  for (const { state } of deeds) {
    const undoing = undoings.get(state) ?? { total: 0, left: 0, notUndone: 0, tookMs: 0 };
    undoing.total += 1;
    undoing.left += 1;
    undoings.set(state, undoing);
  }
  return undoings;
}

async function undo(deed: Deed, undoing: Undoing, deps: CompensationDeps): Promise<void> {
  const startedAt = deps.clock.monotonic();
  const failure = await failureOfUndoing(deed, deps);
  undoing.tookMs += deps.clock.monotonic() - startedAt;
  undoing.left -= 1;
  if (failure === undefined) return;
  undoing.notUndone += 1;
  undoing.failure ??= ofItem(deed.scope.index, failure);
}

function ofItem(index: number | undefined, failure: StepFailure): StepFailure {
  if (index === undefined) return failure;
  return { ...failure, message: `Item ${index} (the first is 0): ${failure.message}` };
}

function settle(state: StepState, undoing: Undoing, { onStep }: CompensationDeps): void {
  const { tool } = state.step.compensate!;
  const durationMs = roundMs(undoing.tookMs);
  const error = errorOf(state, undoing);
  state.compensation =
    error === undefined
      ? { tool, status: "succeeded", durationMs }
      : { tool, status: "failed", error, durationMs };
  if (error === undefined && state.status === "succeeded") state.status = "compensated";
  onStep(state);
}

function errorOf({ items }: StepState, undoing: Undoing): StepFailure | undefined {
  const { failure, notUndone, total } = undoing;
  if (failure === undefined || items === undefined) return failure;
  const message = `${notUndone} of ${total} items were not undone. ${failure.message}`;
  return { ...failure, message };
}

async function failureOfUndoing(
  { state, scope }: Deed,
  { caller, signal }: CompensationDeps,
): Promise<StepFailure | undefined> {
  const { tool, mayWrite, arguments: template } = state.step.compensate!;
  try {
    if (signal.aborted) return failureOf(signal.reason);
    const args = template.render(scope);
    const call = { step: state.step.id, tool, arguments: args, timeoutMs: CALL_TIMEOUT_MS };
    const outcome = await caller.call(call, signal);
    const ending = endingOf(outcome, mayWrite);
    if (ending.kind !== "failed") return undefined;
    const isCutShort = outcome.kind === "cancelled" && signal.aborted;
    return isCutShort ? failureOf(signal.reason) : ending.failure;
  } catch (error) {
    return failureOf(error);
  }
}
