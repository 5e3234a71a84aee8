import { ownBytes } from "../../../kernel/own-bytes.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { CompiledPlan, PlanScope } from "../compiled-plan.ts";
import { createPlanEvaluator } from "../language/evaluate.ts";
import { reverse, waitsFor } from "../schedule/graph.ts";
import { failureOf } from "./call-ending.ts";
import { StepState } from "./step-state.ts";

/**
 * Who waits for whom in a run, and what has become of each step. It starts nothing: it tells which
 * steps are ripe, and is told how they ended.
 */
export class StepBoard {
  readonly states: readonly StepState[];
  /** What the plan's expressions see. */
  readonly scope: PlanScope;
  readonly #byId: ReadonlyMap<string, StepState>;
  /** Whom each step waits for, and who waits for its value; a fallback step waits for its failure. */
  readonly #waits: readonly (readonly number[])[];
  readonly #followers: readonly (readonly number[])[];
  /** Emptied when all have been taken: to take from the front would copy it each time. */
  readonly #ripe: StepState[] = [];
  #nextRipe = 0;
  readonly #onDecided: (state: StepState) => void;
  #undecided: number;
  #criticalPathMs = 0;

  /** `onDecided` hears of each step once it is known what its value is, or that it has none. */
  constructor(plan: CompiledPlan, onDecided: (state: StepState) => void) {
    this.#onDecided = onDecided;
    this.#waits = plan.steps.map((step) => waitsFor(step));
    this.states = plan.steps.map(
      (step, position) => new StepState(step, position, this.#waits[position]!.length),
    );
    this.#byId = new Map(this.states.map((state) => [state.step.id, state]));
    this.#followers = reverse(this.#waits);
    this.#undecided = this.states.length;
    this.scope = {
      input: plan.input,
      valueOf: (step) => this.#byId.get(step)?.value,
      evaluator: createPlanEvaluator(),
    };
    for (const state of this.states) if (state.missing === 0) this.#ripen(state);
  }

  /** Steps whose value is not known yet. */
  get undecided(): number {
    return this.#undecided;
  }

  /** The longest chain of dependent steps that have ended, by how long they took, in milliseconds. */
  get criticalPathMs(): number {
    return this.#criticalPathMs;
  }

  /** The next step that waits for nobody any more. */
  nextRipe(): StepState | undefined {
    const state = this.#ripe[this.#nextRipe];
    if (state === undefined) {
      this.#ripe.length = 0;
      this.#nextRipe = 0;
      return undefined;
    }
    this.#nextRipe += 1;
    return state;
  }

  /** A step's own work has ended as its status says; `tookMs` without waiting for places. */
  end(state: StepState, tookMs: number): void {
    const before = this.#chainBefore(state);
    state.chainMs = state.isEarly ? Math.max(before, tookMs) : before + tookMs;
    const { onError } = state.step;
    const hasFailed = state.status === "failed";
    if (onError.kind === "step") {
      const fallback = this.states[onError.step]!;
      if (hasFailed) return this.#arrive(fallback);
      fallback.foregone = `"${state.step.id}" did not fail.`;
      this.#ripen(fallback);
    }
    if (hasFailed) this.#makeUpFor(state);
    this.#decide(state);
  }

  #makeUpFor(state: StepState): void {
    const { onError, forEach } = state.step;
    state.isBlocked = onError.kind === "fail";
    if (onError.kind !== "value") return;
    // The items of a forEach have had it made for each of them.
    if (forEach !== undefined) return void (state.isBlocked = state.value === undefined);
    try {
      state.value = rawJson(ownBytes(onError.value.render(this.scope).bytes));
      state.fallback = "value";
    } catch (error) {
      state.isBlocked = true;
      const { code, message } = state.error ?? failureOf(error);
      const whyNot = failureOf(error).message;
      state.error = { code, message: `${message} Its fallbackValue cannot be made: ${whyNot}` };
    }
  }

  /** Makes a step's value, or that it has none, known; and then that of whom it stands in for. */
  #decide(state: StepState): void {
    for (let next: StepState | undefined = state; next !== undefined; next = this.#handOn(next)) {
      next.isDecided = true;
      this.#undecided -= 1;
      this.#onDecided(next);
      this.#criticalPathMs = Math.max(this.#criticalPathMs, next.chainMs);
      for (const follower of this.#followers[next.position]!) {
        // Its own fallback has been told already, when it failed.
        if (follower !== ownFallback(next)) this.#arrive(this.states[follower]!);
      }
    }
  }

  /** The failed step that waits for this one, with what this one came to. */
  #handOn(fallback: StepState): StepState | undefined {
    const { fallbackFor, id } = fallback.step;
    const failed = fallbackFor === undefined ? undefined : this.states[fallbackFor]!;
    if (failed === undefined || failed.isDecided || failed.status !== "failed") return undefined;
    failed.value = fallback.value;
    failed.chainMs = Math.max(failed.chainMs, fallback.chainMs);
    if (fallback.value !== undefined) failed.fallback = { step: id };
    else failed.isBlocked = fallback.status !== "failed" || fallback.isBlocked;
    return failed;
  }

  #arrive(state: StepState): void {
    state.missing -= 1;
    if (state.missing === 0) this.#ripen(state);
  }

  #ripen(state: StepState): void {
    if (state.isRipe) return;
    state.isRipe = true;
    this.#ripe.push(state);
  }

  #chainBefore({ position }: StepState): number {
    return this.#waits[position]!.reduce(
      (longest, other) => Math.max(longest, this.states[other]!.chainMs),
      0,
    );
  }
}

function ownFallback({ step }: StepState): number | undefined {
  return step.onError.kind === "step" ? step.onError.step : undefined;
}
