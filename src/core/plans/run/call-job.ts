import { Abort } from "../../../kernel/abort.ts";
import type { Clock, Timer } from "../../../kernel/clock.ts";
import type { Random } from "../../../kernel/random.ts";
import type { CacheStatus, Degraded, Outcome } from "../../calls/index.ts";
import { backoffMs } from "../../resilience/index.ts";
import type { CompiledStep, PlanScope } from "../compiled-plan.ts";
import { COMPOSITES_SERVER } from "../options.ts";
import type { StepFailure } from "../plan-report.ts";
import type { ReadyQueue, Task } from "../schedule/ready-queue.ts";
import { endingOf, failedWith, failureOf, type CallEnding } from "./call-ending.ts";
import type { StepCaller, StepOutcome } from "./step-caller.ts";

/** Longest pause between tries that is not asked for by the server, in milliseconds. */
const MAX_BACKOFF_MS = 30_000;

/** What jobs share: the plan that they belong to. */
export interface JobHost {
  readonly caller: StepCaller;
  readonly queue: ReadyQueue;
  readonly clock: Clock;
  readonly random: Random;
  /** When the plan must end, on the monotonic clock. */
  readonly deadlineAt: number;
  /** Jobs that have not ended. */
  readonly jobs: Set<CallJob>;
  /** Runs whatever has become possible. */
  pump(): void;
  /** Ends the plan after a bug. */
  crash(bug: unknown): void;
}

/** A call to be made, of a step or of one of its items. */
export interface JobSpec {
  readonly step: CompiledStep;
  readonly scope: PlanScope;
  readonly priority: number;
  readonly position: number;
  /** The call begins, for the first time. */
  onBegin(): void;
  /** It failed and will be tried again. */
  onRetry(failure: StepFailure, job: CallJob): void;
  /** It has ended for good. */
  onEnd(ending: CallEnding, job: CallJob): void;
}

/** One call with its retries. Places are held only while it is under way, not between tries. */
export class CallJob implements Task {
  readonly lane: string;
  readonly takesSlot: boolean;
  readonly priority: number;
  readonly position: number;
  readonly #spec: JobSpec;
  readonly #host: JobHost;
  /** Tries at the upstream, those that the pipeline makes included. */
  attempts = 0;
  cache: CacheStatus | undefined;
  degraded: Degraded | undefined;
  /** Time of its calls and the pauses between them, without waiting for places, in milliseconds. */
  tookMs = 0;
  /** As `attempts`, with those that were refused before they reached the upstream. */
  #tries = 0;
  #calls = 0;
  #abort: Abort | undefined;
  #pause: Timer | undefined;
  #hasEnded = false;

  constructor(spec: JobSpec, host: JobHost) {
    this.lane = spec.step.server;
    this.takesSlot = spec.step.server !== COMPOSITES_SERVER;
    this.priority = spec.priority;
    this.position = spec.position;
    this.#spec = spec;
    this.#host = host;
    host.jobs.add(this);
  }

  /** Makes the call; its places have been taken. */
  run(): void {
    const { step, scope } = this.#spec;
    const { caller, clock, queue } = this.#host;
    if (this.#hasEnded) return queue.release(this);
    if (this.#calls === 0) this.#spec.onBegin();
    this.#calls += 1;
    const startedAt = clock.monotonic();
    const abort = new Abort();
    this.#abort = abort;
    let outcome: Promise<StepOutcome>;
    try {
      const args = step.arguments.render(scope);
      const { id, tool, timeoutMs, cache } = step;
      const isRetry = this.#calls > 1;
      const call = { step: id, tool, arguments: args, timeoutMs, cache, isRetry };
      outcome = caller.call(call, abort);
    } catch (error) {
      this.#settle(failedWith(failureOf(error)), startedAt);
      return;
    }
    outcome
      .then((value) => {
        this.#note(value);
        this.#settle(endingOf(value, step.mayWrite), startedAt);
      })
      .catch((bug: unknown) => this.#host.crash(bug));
  }

  /** Ends the call: one under way when its upstream lets go, one that waits at once. */
  cancel(reason: unknown): void {
    if (this.#abort !== undefined) return this.#abort.abort(reason);
    this.#pause?.[Symbol.dispose]();
    this.#end({ kind: "cancelled" });
  }

  #note({ meta }: Outcome): void {
    this.attempts += meta.attempts;
    this.#tries += Math.max(1, meta.attempts);
    this.cache = meta.cache;
    this.degraded = meta.degraded;
  }

  #settle(seen: CallEnding, startedAt: number): void {
    const { queue, clock } = this.#host;
    const ending = this.#abort?.aborted === true ? afterAbort(seen) : seen;
    this.#abort = undefined;
    this.tookMs += clock.monotonic() - startedAt;
    queue.release(this);
    const pauseMs = this.#pauseAfter(ending);
    if (pauseMs === undefined || ending.kind !== "failed") this.#end(ending);
    else this.#tryAgain(ending.failure, pauseMs);
    this.#host.pump();
  }

  /** How long to wait before another try; `undefined` when there is to be none. */
  #pauseAfter(ending: CallEnding): number | undefined {
    const { retry } = this.#spec.step;
    if (retry === undefined || ending.kind !== "failed") return undefined;
    if (ending.retryAfterMs === undefined || this.#tries >= retry.maxAttempts) return undefined;
    const { clock, random, deadlineAt } = this.#host;
    const bounds = { backoffMs: retry.backoffMs, maxBackoffMs: MAX_BACKOFF_MS };
    const pauseMs = Math.max(ending.retryAfterMs, backoffMs(this.#calls, bounds, random));
    return clock.monotonic() + pauseMs < deadlineAt ? pauseMs : undefined;
  }

  #tryAgain(failure: StepFailure, pauseMs: number): void {
    this.#spec.onRetry(failure, this);
    if (this.#hasEnded) return;
    this.tookMs += pauseMs;
    this.#pause = this.#host.clock.after(pauseMs, () => {
      this.#host.queue.add(this);
      this.#host.pump();
    });
  }

  #end(ending: CallEnding): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#host.jobs.delete(this);
    this.#spec.onEnd(ending, this);
  }
}

/** A call that was told to stop has either come to its end all the same, or stopped. */
function afterAbort(ending: CallEnding): CallEnding {
  if (ending.kind === "value") return ending;
  return { kind: "cancelled", ...(ending.late !== undefined && { late: ending.late }) };
}
