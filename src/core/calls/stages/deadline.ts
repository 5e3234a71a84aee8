import { createSharedAbort } from "../../../kernel/abort.ts";
import type { Clock, Timer } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { ServerId } from "../../catalog/index.ts";
import type { ServerSpec } from "../../upstream/index.ts";
import { endingOfAbort } from "../aborts.ts";
import type { Call } from "../call.ts";
import { failed, type Ending, type Stage } from "../stage.ts";

/** The part of a server's settings that bounds the time of its calls. */
export type TimeLimits = Pick<ServerSpec, "timeoutMs" | "maxTimeoutMs" | "extendOnProgress">;

/** The stage, and the calls under way in it. */
export interface DeadlineStage {
  readonly stage: Stage;
  /** Ends every call under way with a failure. */
  abortAll(errorFor: (server: ServerId) => GatewayError): void;
}

/** For servers that are gone between the catalogue and the call. */
const DEFAULT_LIMITS: TimeLimits = {
  timeoutMs: 60_000,
  maxTimeoutMs: 60_000,
  extendOnProgress: false,
};

/**
 * Gives every call an end: the caller's own limit or the server's, whichever comes first. Where the
 * server's settings say so, each sign of progress starts its limit anew, up to its largest. When the
 * time is over, or the caller leaves, the call ends at once; what lies behind is told by the signal.
 */
export function createDeadline(deps: {
  readonly clock: Clock;
  readonly limitsOf: (server: ServerId) => TimeLimits | undefined;
}): DeadlineStage {
  const running = new Set<Countdown>();
  return {
    stage(call, next) {
      if (call.signal.aborted) return endingOfAbort(call.signal);
      const countdown = new Countdown(call, {
        clock: deps.clock,
        limits: deps.limitsOf(call.tool.server) ?? DEFAULT_LIMITS,
        onEnd: () => running.delete(countdown),
      });
      running.add(countdown);
      return countdown.run(next);
    },
    abortAll(errorFor) {
      for (const countdown of running) countdown.stop(errorFor(countdown.server));
    },
  };
}

interface CountdownDeps {
  readonly clock: Clock;
  readonly limits: TimeLimits;
  readonly onEnd: () => void;
}

/** The time of one call running out. */
class Countdown {
  readonly #call: Call;
  readonly #deps: CountdownDeps;
  readonly #abort = createSharedAbort();
  readonly #deadlineAt: number;
  #timer: Timer | undefined;
  #ended = false;
  /** How the call ended before what lies behind did. */
  #early: Ending | undefined;
  #resolve: ((ending: Ending) => void) | undefined;

  constructor(call: Call, deps: CountdownDeps) {
    this.#call = call;
    this.#deps = deps;
    const { timeoutMs, maxTimeoutMs, extendOnProgress } = deps.limits;
    const ownLimitMs = extendOnProgress ? Math.max(timeoutMs, maxTimeoutMs) : timeoutMs;
    this.#deadlineAt = call.startedAt + Math.min(call.request.timeoutMs ?? Infinity, ownLimitMs);
  }

  get server(): ServerId {
    return this.#call.tool.server;
  }

  run(next: (call: Call) => Ending | Promise<Ending>): Ending | Promise<Ending> {
    this.#call.signal.addEventListener("abort", this.#onCallerLeft, { once: true });
    this.#startTimer();
    let ending: Ending | Promise<Ending>;
    try {
      ending = next(this.#boundedCall());
    } catch (error) {
      this.#end();
      throw error;
    }
    if (ending instanceof Promise) return this.#race(ending);
    this.#end();
    return ending;
  }

  stop(error: GatewayError): void {
    this.#finish(error, failed(error));
  }

  /** The call as it goes on; spelled out, since a spread here costs a fifth of the whole pipeline. */
  #boundedCall(): Call {
    const { request, principal, tool, traceId, startedAt, notes } = this.#call;
    return {
      request,
      principal,
      tool,
      traceId,
      signal: this.#abort.signal,
      abort: this.#abort,
      signsOfLife: this.#deps.limits.extendOnProgress ? [() => this.#startTimer()] : undefined,
      startedAt,
      deadlineAt: this.#deadlineAt,
      notes,
    };
  }

  #race(ending: Promise<Ending>): Ending | Promise<Ending> {
    if (this.#early !== undefined) return this.#early;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      ending.then(
        (value) => {
          this.#end();
          resolve(value);
        },
        (error: unknown) => {
          this.#end();
          reject(error);
        },
      );
    });
  }

  #startTimer(): void {
    if (this.#ended) return;
    const { clock, limits } = this.#deps;
    this.#timer?.[Symbol.dispose]();
    const leftMs = Math.max(0, this.#deadlineAt - clock.monotonic());
    const isLast = leftMs <= limits.timeoutMs;
    this.#timer = clock.after(isLast ? leftMs : limits.timeoutMs, () => {
      // What was asked for is told, not what a timer made of it.
      const limitMs = isLast ? this.#deadlineAt - this.#call.startedAt : limits.timeoutMs;
      const timeoutMs = Math.round(limitMs);
      const message = `The call did not end within ${timeoutMs} ms.`;
      this.stop(new GatewayError("deadline-exceeded", message, { timeoutMs }));
    });
  }

  readonly #onCallerLeft = (): void => {
    const { signal } = this.#call;
    this.#finish(signal.reason, endingOfAbort(signal));
  };

  #finish(reason: unknown, ending: Ending): void {
    if (this.#ended) return;
    this.#end();
    this.#early = ending;
    this.#abort.leave(reason);
    this.#resolve?.(ending);
  }

  #end(): void {
    this.#ended = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#call.signal.removeEventListener("abort", this.#onCallerLeft);
    this.#deps.onEnd();
  }
}
