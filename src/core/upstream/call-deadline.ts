import { childAbort, type OwnedAbort } from "../../kernel/abort.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { ServerSpec } from "./server-spec.ts";

/** How long one call may take. */
export type CallLimits = Pick<ServerSpec, "timeoutMs" | "extendOnProgress" | "maxTimeoutMs">;

/** The time limit of one call, ended by whatever comes first: the caller, the limit, or disposing. */
export interface CallDeadline extends Disposable {
  readonly signal: AbortSignal;
  /** Notes a sign of life: the time starts anew where the limits say so. */
  extend(): void;
}

/**
 * Starts a call's time limit: `timeoutMs`, started anew by progress where `extendOnProgress` says so,
 * up to `maxTimeoutMs` in all. The signal aborts with `deadline-exceeded`, or with the caller's reason.
 */
export function startCallDeadline(
  limits: CallLimits,
  clock: Clock,
  caller: AbortSignal,
): CallDeadline {
  return new ExtensibleDeadline(limits, clock, caller);
}

class ExtensibleDeadline implements CallDeadline {
  readonly signal: AbortSignal;
  readonly #limits: CallLimits;
  readonly #clock: Clock;
  readonly #abort: OwnedAbort;
  readonly #lastMoment: number;
  #expiresAt: number;
  #timer: Timer;

  constructor(limits: CallLimits, clock: Clock, caller: AbortSignal) {
    const now = clock.monotonic();
    this.#limits = limits;
    this.#clock = clock;
    this.#abort = childAbort(caller);
    this.signal = this.#abort.signal;
    this.#lastMoment = now + Math.max(limits.timeoutMs, limits.maxTimeoutMs);
    this.#expiresAt = now + limits.timeoutMs;
    this.#timer = clock.after(limits.timeoutMs, () => this.#check());
  }

  extend(): void {
    if (!this.#limits.extendOnProgress) return;
    const wanted = this.#clock.monotonic() + this.#limits.timeoutMs;
    this.#expiresAt = Math.min(wanted, this.#lastMoment);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#abort[Symbol.dispose]();
  }

  /** The timer is set anew only when it runs out, not at every sign of life. */
  #check(): void {
    const leftMs = this.#expiresAt - this.#clock.monotonic();
    if (leftMs > 0) {
      this.#timer = this.#clock.after(leftMs, () => this.#check());
      return;
    }
    const isLast = this.#expiresAt >= this.#lastMoment && this.#limits.extendOnProgress;
    const timeoutMs = isLast ? this.#limits.maxTimeoutMs : this.#limits.timeoutMs;
    const message = `The server did not answer within ${timeoutMs} ms.`;
    this.#abort.abort(new GatewayError("deadline-exceeded", message, { timeoutMs }));
  }
}
