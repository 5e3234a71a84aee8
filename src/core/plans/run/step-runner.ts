import type { RawJson } from "../../../kernel/raw-json.ts";
import type { PlanEventType } from "../plan-events.ts";
import type { StepFailure } from "../plan-report.ts";
import { failureOf, type CallEnding } from "./call-ending.ts";
import { CallJob, type JobHost } from "./call-job.ts";
import type { Deed } from "./compensation.ts";
import { ItemsRun, readItems } from "./items-run.ts";
import { skipOf } from "./step-gate.ts";
import type { EarlyCall, Speculation } from "./speculation.ts";
import type { StepBoard } from "./step-board.ts";
import type { StepState } from "./step-state.ts";

/** Shortest time between two events `step.progress` of a step, in milliseconds. */
const PROGRESS_EVERY_MS = 500;

export type StepEventType = Extract<PlanEventType, `step.${string}`>;

/** What the steps of a run share. */
export interface StepRunnerDeps {
  readonly host: JobHost;
  readonly board: StepBoard;
  readonly speculation: Speculation;
  /** How urgent a step is that has this many calls to make. */
  readonly priorityOf: (state: StepState, calls: number) => number;
  readonly maxItems: number;
  /** Since the plan began, in milliseconds. */
  readonly nowMs: () => number;
  readonly tell: (type: StepEventType, state: StepState) => void;
  /** A value has come to be, or what stands in for one. */
  readonly onValue: (value: RawJson) => void;
  /** Something has been done that can be undone. */
  readonly onDeed: (deed: Deed) => void;
}

/** Runs the steps of a plan that are ripe, and tells the board how they ended. */
export class StepRunner {
  readonly #deps: StepRunnerDeps;
  readonly #itemRuns = new Set<ItemsRun>();
  #stopReason: string | undefined;

  constructor(deps: StepRunnerDeps) {
    this.#deps = deps;
  }

  /** Whether anything is under way, or waits for its turn. */
  get isBusy(): boolean {
    return this.#deps.host.jobs.size > 0 || this.#itemRuns.size > 0;
  }

  /** Runs a step whose dependencies have all been decided, or says why not. */
  begin(state: StepState): void {
    if (state.status !== "pending") return;
    const { board, speculation } = this.#deps;
    const { when, forEach } = state.step;
    const skip =
      state.foregone === undefined
        ? skipOf(state.step, board.states)
        : { reason: state.foregone, isBlocked: false };
    if (skip !== undefined) {
      state.isBlocked = skip.isBlocked;
      return this.#skip(state, skip.reason);
    }
    try {
      if (when?.holds(board.scope) === false) this.#skip(state, 'Its "when" does not hold.');
      else if (forEach === undefined) this.#beginCall(state, speculation.take(state));
      else this.#beginItems(state);
    } catch (error) {
      this.#fail(state, failureOf(error));
    }
  }

  /** Ends all that is under way, and all that has not begun. */
  stop(reason: { readonly abort: unknown; readonly text: string }): void {
    const { host, board } = this.#deps;
    this.#stopReason = reason.text;
    for (const job of host.jobs) job.cancel(reason.abort);
    for (const items of this.#itemRuns) items.cancel();
    for (const state of board.states) {
      if (state.status === "pending") this.#end(state, "cancelled");
    }
  }

  #beginCall(state: StepState, early?: EarlyCall): void {
    if (early !== undefined) return this.#takeOver(state, early);
    const { host, priorityOf, board } = this.#deps;
    const { step, position } = state;
    const job: CallJob = new CallJob(
      {
        step,
        position,
        priority: priorityOf(state, 1),
        scope: board.scope,
        onBegin: () => this.#onBegin(state),
        onRetry: (failure) => {
          noteCall(state, job);
          this.#onRetry(state, failure);
        },
        onEnd: (ending) => this.#onCallEnd(state, job, ending),
      },
      host,
    );
    host.queue.add(job);
  }

  /** Goes on with a call that began before it was known to be needed. */
  #takeOver(state: StepState, early: EarlyCall): void {
    state.isEarly = true;
    this.#onBegin(state, early.begunMs);
    early.onEnd = (ending) => this.#onCallEnd(state, early.job, ending);
    if (early.ending !== undefined) early.onEnd(early.ending);
  }

  #onCallEnd(state: StepState, job: CallJob, ending: CallEnding): void {
    noteCall(state, job);
    if (ending.kind === "value") this.#succeed(state, ending.value, job.tookMs);
    else if (ending.kind === "failed") this.#fail(state, ending.failure, job.tookMs);
    else {
      state.late = ending.late;
      this.#end(state, "cancelled", job.tookMs);
    }
  }

  #beginItems(state: StepState): void {
    const { host, priorityOf, board, maxItems } = this.#deps;
    const { step, position } = state;
    const items = readItems(step, board.scope, maxItems);
    const run: ItemsRun = new ItemsRun(
      {
        step,
        items,
        position,
        priority: priorityOf(state, items.length),
        scope: board.scope,
        onBegin: () => this.#onBegin(state),
        onRetry: (failure) => this.#onRetry(state, failure),
        onItem: (index, value) => this.#onItem(state, run, { item: items[index]!, index, value }),
        onFallback: this.#deps.onValue,
        onEnd: () => this.#onItemsEnd(state, run),
      },
      host,
    );
    state.items = run.counts;
    this.#itemRuns.add(run);
    run.begin();
  }

  #onItem(
    state: StepState,
    run: ItemsRun,
    { item, index, value }: { item: RawJson; index: number; value: RawJson | undefined },
  ): void {
    const { board, nowMs, tell, onValue, onDeed } = this.#deps;
    state.items = run.counts;
    state.attempts = run.attempts;
    if (nowMs() - state.toldAtMs >= PROGRESS_EVERY_MS) {
      state.toldAtMs = nowMs();
      tell("step.progress", state);
    }
    if (value === undefined) return;
    if (state.step.compensate !== undefined) {
      const valueOf = (id: string): RawJson | undefined =>
        id === state.step.id ? value : board.scope.valueOf(id);
      onDeed({ state, scope: { ...board.scope, valueOf, item, index } });
    }
    onValue(value);
  }

  #onItemsEnd(state: StepState, run: ItemsRun): void {
    this.#itemRuns.delete(run);
    const { total, succeeded, failed } = run.counts;
    if (succeeded === total) {
      state.value = run.value();
      return this.#end(state, "succeeded", run.tookMs);
    }
    state.late = run.late;
    if (failed === 0) return this.#end(state, "cancelled", run.tookMs);
    if (run.isWhole) {
      state.value = run.value();
      if (state.step.onError.kind === "value") state.fallback = "value";
    }
    const message = `${failed} of ${total} items failed, ${succeeded} succeeded. ${run.firstFailure}`;
    this.#fail(state, { code: "items-failed", message }, run.tookMs);
  }

  #onBegin(state: StepState, atMs = this.#deps.nowMs()): void {
    state.status = "running";
    state.startedMs = atMs;
    state.toldAtMs = state.startedMs;
    this.#deps.tell("step.started", state);
  }

  #onRetry(state: StepState, failure: StepFailure): void {
    state.error = failure;
    this.#deps.tell("step.retried", state);
    state.error = undefined;
  }

  #succeed(state: StepState, value: RawJson, tookMs: number): void {
    state.value = value;
    const { board, onDeed, onValue } = this.#deps;
    if (state.step.compensate !== undefined) onDeed({ state, scope: board.scope });
    this.#end(state, "succeeded", tookMs);
    onValue(value);
  }

  #skip(state: StepState, reason: string): void {
    state.reason = reason;
    this.#deps.speculation.drop(state);
    this.#end(state, "skipped");
  }

  #fail(state: StepState, failure: StepFailure, tookMs = 0): void {
    state.error = failure;
    this.#end(state, "failed", tookMs);
    // Those of a forEach have been told item by item.
    if (state.fallback === "value" && state.items === undefined) this.#deps.onValue(state.value!);
  }

  #end(state: StepState, status: EndStatus, tookMs = 0): void {
    state.status = status;
    if (status === "cancelled") state.reason = withLate(this.#stopReason, state.late);
    if (state.startedMs !== undefined) state.endedMs = this.#deps.nowMs();
    this.#deps.board.end(state, tookMs);
    this.#deps.tell(eventOf(state, status), state);
  }
}

function withLate(reason: string | undefined, late: string | undefined): string | undefined {
  return late === undefined ? reason : `${reason ?? ""} ${late}`.trim();
}

type EndStatus = "succeeded" | "failed" | "skipped" | "cancelled";

function noteCall(state: StepState, { attempts, cache, degraded }: CallJob): void {
  state.attempts = attempts;
  state.cache = cache;
  state.degraded = degraded;
}

const FROM_CACHE: ReadonlySet<unknown> = new Set(["l1", "l2", "l3", "coalesced"]);

function eventOf({ cache }: StepState, status: EndStatus): StepEventType {
  return status === "succeeded" && FROM_CACHE.has(cache) ? "step.cached" : `step.${status}`;
}
