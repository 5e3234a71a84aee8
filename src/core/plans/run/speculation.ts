import { GatewayError } from "../../../kernel/errors.ts";
import type { CompiledStep } from "../compiled-plan.ts";
import { COMPOSITES_SERVER, type SpeculationOptions } from "../options.ts";
import type { CallEnding } from "./call-ending.ts";
import { CallJob, type JobHost } from "./call-job.ts";
import { skipOf } from "./step-gate.ts";
import type { StepBoard } from "./step-board.ts";
import type { StepState } from "./step-state.ts";

/** Behind everything that is known to be needed. */
const LAST = -1;

/** A call that was begun before it was known whether it is needed. */
export interface EarlyCall {
  readonly job: CallJob;
  /** When it began, since the plan did, in milliseconds; absent while it waits for a place. */
  begunMs?: number;
  ending?: CallEnding;
  /** Hears of its end, once it is needed. */
  onEnd?: (ending: CallEnding) => void;
}

export interface SpeculationDeps {
  readonly host: JobHost;
  readonly board: StepBoard;
  readonly nowMs: () => number;
}

/** A step that could begin early, and how many of the steps that its call itself needs are undecided. */
interface Candidate {
  readonly state: StepState;
  missing: number;
}

/**
 * Begins the calls of steps that only read while their `when` is still undecided, as far as a budget
 * allows. What comes of such a call counts once the step is to run, and is thrown away otherwise; one
 * that failed is made again in its time.
 */
export class Speculation {
  readonly #deps: SpeculationDeps;
  readonly #early = new Map<StepState, EarlyCall>();
  /** Who waits for a step's value to begin early, by the step's position. */
  readonly #waiting = new Map<number, Candidate[]>();
  readonly #ready: StepState[] = [];
  #budget: number;

  constructor({ enabled, maxSteps }: SpeculationOptions, deps: SpeculationDeps) {
    this.#deps = deps;
    this.#budget = enabled ? maxSteps : 0;
    if (!enabled) return;
    for (const state of deps.board.states) this.#enlist(state);
  }

  /** A step's value is known, or that it has none. */
  onDecided({ position }: StepState): void {
    for (const candidate of this.#waiting.get(position) ?? []) {
      candidate.missing -= 1;
      if (candidate.missing === 0) this.#ready.push(candidate.state);
    }
  }

  /** Begins what can begin early now. */
  begin(): void {
    for (let state = this.#ready.pop(); state !== undefined; state = this.#ready.pop()) {
      if (this.#budget === 0 || state.isRipe || !this.#isWorthwhile(state)) continue;
      this.#budget -= 1;
      this.#beginCall(state);
    }
  }

  /** The call of a step that is to run, if it is under way or has succeeded. */
  take(state: StepState): EarlyCall | undefined {
    const early = this.#early.get(state);
    this.#early.delete(state);
    if (early === undefined) return undefined;
    if (early.ending === undefined && early.begunMs !== undefined) return early;
    if (early.ending?.kind === "value") return early;
    this.#cancel(early);
    return undefined;
  }

  /** Ends the call of a step that is not to run. */
  drop(state: StepState): void {
    const early = this.#early.get(state);
    this.#early.delete(state);
    if (early !== undefined) this.#cancel(early);
  }

  #enlist(state: StepState): void {
    const needs = needsOfCall(state.step, this.#deps.board);
    if (needs === undefined) return;
    const candidate = { state, missing: needs.length };
    if (needs.length === 0) this.#ready.push(state);
    for (const position of needs) {
      this.#waiting.set(position, [...(this.#waiting.get(position) ?? []), candidate]);
    }
  }

  #isWorthwhile({ step }: StepState): boolean {
    const { board, host } = this.#deps;
    const decided = step.dependencies.filter(({ step: other }) => board.states[other]!.isDecided);
    const skip = skipOf({ ...step, dependencies: decided }, board.states);
    return skip === undefined && host.caller.mayCallEarly(step);
  }

  #beginCall(state: StepState): void {
    const { host, board, nowMs } = this.#deps;
    const job = new CallJob(
      {
        step: state.step,
        scope: board.scope,
        priority: LAST,
        position: state.position,
        onBegin: () => void (early.begunMs = nowMs()),
        onRetry: () => undefined,
        onEnd: (ending) => {
          early.ending = ending;
          early.onEnd?.(ending);
        },
      },
      host,
    );
    const early: EarlyCall = { job };
    this.#early.set(state, early);
    host.queue.add(job);
  }

  #cancel({ job }: EarlyCall): void {
    job.cancel(new GatewayError("cancelled", "The step is not needed.", {}));
  }
}

/** Whom the call of a step waits for, apart from its `when`; nothing for a step that may not begin early. */
function needsOfCall(step: CompiledStep, { states }: StepBoard): readonly number[] | undefined {
  const { when, forEach, mayWrite, fallbackFor, server, dependencies } = step;
  const makesManyCalls = forEach !== undefined || server === COMPOSITES_SERVER;
  if (when === undefined || makesManyCalls || mayWrite || fallbackFor !== undefined) {
    return undefined;
  }
  const readByCall = new Set(step.arguments.reads);
  const onlyForWhen = new Set(when.reads.filter((id) => !readByCall.has(id)));
  const needs = dependencies.filter(
    ({ step: position, kind }) =>
      kind === "order" || kind === "write" || !onlyForWhen.has(states[position]!.step.id),
  );
  return needs.length === dependencies.length ? undefined : needs.map(({ step: other }) => other);
}
