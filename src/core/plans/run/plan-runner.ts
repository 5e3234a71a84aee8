import { Abort, type Cancellation } from "../../../kernel/abort.ts";
import type { Clock, Timer } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Random } from "../../../kernel/random.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { CompiledPlan } from "../compiled-plan.ts";
import type { PlansOptions } from "../options.ts";
import type { PlanEvent } from "../plan-events.ts";
import type { PlanReport, PlanSummary } from "../plan-report.ts";
import type { PlanRequest, PlanRun } from "../plans.ts";
import type { LatencyModel } from "../schedule/latency-model.ts";
import { createPriorities } from "../schedule/priorities.ts";
import { createReadyQueue, type ReadyQueue } from "../schedule/ready-queue.ts";
import type { SharedSlots } from "../schedule/shared-slots.ts";
import { failureOf } from "./call-ending.ts";
import type { CallJob, JobHost } from "./call-job.ts";
import { compensate, type Deed } from "./compensation.ts";
import { conclude, type Conclusion, type Stop } from "./conclusion.ts";
import { countSteps } from "./count-steps.ts";
import { createRunEvents, type RunEvents } from "./run-events.ts";
import { Speculation } from "./speculation.ts";
import { StepBoard } from "./step-board.ts";
import { createStepCaller, type StepCaller, type StepCallerDeps } from "./step-caller.ts";
import { StepRunner } from "./step-runner.ts";
import { roundMs, type StepState } from "./step-state.ts";

/** A plan that is about to run. */
export interface RunSpec {
  readonly id: string;
  readonly plan: CompiledPlan;
  readonly request: PlanRequest;
}

export interface PlanRunnerDeps extends StepCallerDeps {
  readonly slots: SharedSlots;
  readonly latencies: Pick<LatencyModel, "expected">;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** The run has ended, compensation included. */
  readonly onEnded: (run: PlanRunner, report: PlanReport) => void;
}

/** One run of a plan, from its first step to its report. */
export class PlanRunner implements PlanRun {
  readonly id: string;
  readonly ended: Promise<PlanReport>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** What has happened in it: outlives it. */
  readonly events: RunEvents;
  readonly #spec: RunSpec;
  readonly #deps: PlanRunnerDeps;
  readonly #maxValueBytes: number;
  readonly #startedAtMonotonic: number;
  readonly #timeoutMs: number;
  readonly #board: StepBoard;
  readonly #queue: ReadyQueue;
  readonly #caller: StepCaller;
  readonly #speculation: Speculation;
  readonly #steps: StepRunner;
  readonly #deeds: Deed[] = [];
  /** Ends the undoing, should it come to that. */
  readonly #undoing = new Abort();
  #valueBytes = 0;
  #isPumping = false;
  #stop: Stop | undefined;
  #conclusion: Conclusion | undefined;
  #report: PlanReport | undefined;
  #timer: Timer | undefined;
  #signal: Cancellation | undefined;
  #resolve: (report: PlanReport) => void = () => undefined;

  constructor(spec: RunSpec, options: PlansOptions, deps: PlanRunnerDeps) {
    const { plan, request } = spec;
    const { clock, random, slots } = deps;
    this.id = spec.id;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#spec = spec;
    this.#deps = deps;
    this.#maxValueBytes = options.maxValueBytes;
    this.startedAt = clock.now();
    this.#startedAtMonotonic = clock.monotonic();
    this.#timeoutMs = Math.min(plan.timeoutMs, request.timeoutMs ?? Infinity);
    this.#board = new StepBoard(plan, (state) => this.#speculation.onDecided(state));
    this.events = createRunEvents(deps);
    this.#queue = createReadyQueue(
      { concurrency: plan.concurrency, laneConcurrency: options.serverConcurrency },
      { slots, claimant: { onSlot: () => this.#pump() } },
    );
    const traceId = request.traceId ?? random.hex(16);
    this.#caller = createStepCaller({ id: spec.id, request, traceId }, deps);
    const host: JobHost = {
      caller: this.#caller,
      queue: this.#queue,
      clock,
      random,
      deadlineAt: this.#startedAtMonotonic + this.#timeoutMs,
      jobs: new Set<CallJob>(),
      pump: () => this.#pump(),
      crash: (bug) => this.#crash(bug),
    };
    const shared = { host, board: this.#board, nowMs: () => this.#nowMs() };
    this.#speculation = new Speculation(options.speculation, shared);
    this.#steps = new StepRunner({
      ...shared,
      speculation: this.#speculation,
      priorityOf: createPriorities(plan, deps.latencies),
      maxItems: options.maxItems,
      tell: (type, state) => {
        const now = this.#nowMs();
        this.events.tell({ type, step: state.report(now) }, now);
      },
      onValue: (value) => this.#countValue(value),
      onDeed: (deed) => this.#deeds.push(deed),
    });
  }

  /** Begins, now; `signal` is its caller's. */
  start(signal: Cancellation): void {
    const { plan, request } = this.#spec;
    this.events.tell({ type: "plan.started", plan: this.id, steps: plan.steps.length }, 0);
    this.#timer = this.#deps.clock.after(this.#timeoutMs, this.#onDeadline);
    if (request.detach !== true) {
      this.#signal = signal;
      signal.addEventListener("abort", this.#onCallerLeft, { once: true });
      if (signal.aborted) this.#onCallerLeft();
    }
    this.#pump();
  }

  report(): PlanReport {
    return this.#report ?? this.#makeReport({ status: "running" });
  }

  /** As it is under way, in short. */
  summary(): PlanSummary {
    const { id, startedAt } = this;
    const steps = countSteps(this.#board.states);
    return { id, status: "running", startedAt, wallMs: roundMs(this.#nowMs()), steps };
  }

  cancel(): void {
    this.stop({ status: "cancelled", reason: "The plan was cancelled." });
  }

  /** Ends it early: calls under way are cancelled, and what has been done is undone. */
  stop(stop: Stop): void {
    if (this.#stop !== undefined || this.#conclusion !== undefined) return;
    this.#stop = stop;
    this.#queue.clear();
    const abort = new GatewayError("cancelled", stop.reason, {});
    this.#steps.stop({ abort, text: stop.reason });
    this.#pump();
  }

  /** Ends the undoing, if it is at that. */
  endUndoing(error: GatewayError): void {
    this.#undoing.abort(error);
  }

  follow(afterId: number, listener: (event: PlanEvent) => void): Disposable {
    return this.events.follow(afterId, listener);
  }

  readonly #onCallerLeft = (): void =>
    this.stop({ status: "cancelled", reason: "The plan's caller has left." });

  readonly #onDeadline = (): void => {
    const reason = `The plan did not end within ${this.#timeoutMs} ms.`;
    const error = { code: "deadline-exceeded", message: reason } as const;
    this.stop({ status: "failed", error, reason });
  };

  #nowMs(): number {
    return this.#deps.clock.monotonic() - this.#startedAtMonotonic;
  }

  #countValue({ bytes }: RawJson): void {
    this.#valueBytes += bytes.length;
    if (this.#valueBytes <= this.#maxValueBytes) return;
    const message = `The plan's values are more than plans.maxValueBytes allows (${this.#maxValueBytes} bytes). Ask its tools for less.`;
    const error = { code: "values-too-large", message } as const;
    this.stop({ status: "failed", error, reason: "The plan's values have grown too large." });
  }

  /** Runs whatever has become possible, and ends the plan when nothing is left. */
  #pump(): void {
    if (this.#isPumping || this.#conclusion !== undefined) return;
    this.#isPumping = true;
    try {
      let hasTask = true;
      while (hasTask) {
        for (let ripe = this.#board.nextRipe(); ripe; ripe = this.#board.nextRipe()) {
          this.#steps.begin(ripe);
        }
        this.#speculation.begin();
        const task = this.#queue.take();
        task?.run();
        hasTask = task !== undefined;
      }
    } catch (bug) {
      this.#crash(bug);
    } finally {
      this.#isPumping = false;
    }
    this.#endIfOver();
  }

  #endIfOver(): void {
    const { undecided } = this.#board;
    if (this.#conclusion !== undefined) return;
    if (this.#steps.isBusy) return;
    if (undecided === 0 || this.#stop !== undefined) return this.#conclude();
    this.#crash(new Error(`${undecided} steps of plan ${this.id} wait for each other.`));
  }

  #crash(bug: unknown): void {
    this.#deps.log.error({ err: bug, plan: this.id }, "A bug ended a plan.");
    const error = failureOf(bug);
    this.stop({ status: "failed", error, reason: "An internal error ended the plan." });
  }

  #conclude(): void {
    this.#timer?.[Symbol.dispose]();
    this.#signal?.removeEventListener("abort", this.#onCallerLeft);
    this.#queue.clear();
    const { states, scope } = this.#board;
    const conclusion = this.#stop ?? conclude(states, this.#spec.plan.output, scope);
    this.#conclusion = conclusion;
    const mustUndo = conclusion.status === "failed" || conclusion.status === "cancelled";
    if (!mustUndo || this.#deeds.length === 0) return this.#close(conclusion);
    this.#undo().then(
      () => this.#close(conclusion),
      (bug: unknown) => {
        this.#deps.log.error({ err: bug, plan: this.id }, "A bug ended the undoing of a plan.");
        this.#close(conclusion);
      },
    );
  }

  #undo(): Promise<void> {
    return compensate(this.#deeds, {
      caller: this.#caller,
      clock: this.#deps.clock,
      signal: this.#undoing,
      onStep: (state) => {
        const now = this.#nowMs();
        this.events.tell({ type: "step.compensated", step: state.report(now) }, roundMs(now));
        this.#logUndoing(state);
      },
    });
  }

  /** Somebody may have to mend by hand what a plan has left behind, its caller long gone. */
  #logUndoing({ step, compensation }: StepState): void {
    if (compensation?.error === undefined) return;
    const { principal, origin } = this.#spec.request;
    const { tool: undo, error } = compensation;
    const where = origin && { composite: origin.within.at(-1), outer: origin.plan };
    const fields = { plan: this.id, principal: principal.id, step: step.id, tool: step.tool };
    this.#deps.log.warn(
      { ...fields, undo, code: error.code, ...where },
      "A plan could not undo a step.",
    );
  }

  #close(conclusion: Conclusion): void {
    const report = this.#makeReport(conclusion);
    this.#report = report;
    this.events.tell({ type: "plan.finished", report }, report.wallMs);
    this.#deps.onEnded(this, report);
    this.#resolve(report);
  }

  #makeReport({
    status,
    output,
    error,
  }: Pick<PlanReport, "status" | "output" | "error">): PlanReport {
    const now = this.#nowMs();
    return {
      id: this.id,
      status,
      ...(output !== undefined && { output }),
      ...(error !== undefined && { error }),
      steps: this.#board.states.map((state) => state.report(now)),
      startedAt: this.startedAt,
      wallMs: roundMs(now),
      criticalPathMs: roundMs(this.#board.criticalPathMs),
    };
  }
}
