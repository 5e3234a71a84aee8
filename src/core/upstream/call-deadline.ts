import type { Cancellation } from "../../kernel/abort.ts";
import type { Clock, Timer } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { ServerSpec } from "./server-spec.ts";

/** How long one call may take. */
export type CallLimits = Pick<ServerSpec, "timeoutMs" | "extendOnProgress" | "maxTimeoutMs">;

/** The time limit of one call, ended by whatever comes first: the caller, the limit, or disposing. */
export interface CallDeadline extends Cancellation, Disposable {
  /** Notes a sign of life: the time starts anew where the limits say so. */
  extend(): void;
}

/**
 * Starts a call's time limit: `timeoutMs`, started anew by progress where `extendOnProgress` says so,
 * up to `maxTimeoutMs` in all. It aborts with `deadline-exceeded`, or with the caller's reason, and
 * holds one listener: it serves one request.
 */
export function startCallDeadline(
  limits: CallLimits,
  clock: Clock,
  caller: Cancellation,
): CallDeadline {
  return new ExtensibleDeadline(limits, clock, caller);
}

class ExtensibleDeadline implements CallDeadline {
  readonly #limits: CallLimits;
  readonly #clock: Clock;
  readonly #caller: Cancellation;
  readonly #onCallerAbort = (): void => this.#abort(this.#caller.reason);
  readonly #lastMoment: number;
  #expiresAt: number;
  #timer: Timer;
  #listener: (() => void) | undefined;
  aborted = false;
  reason: unknown;

  constructor(limits: CallLimits, clock: Clock, caller: Cancellation) {
    const now = clock.monotonic();
    this.#limits = limits;
    this.#clock = clock;
    this.#caller = caller;
    this.#lastMoment = now + Math.max(limits.timeoutMs, limits.maxTimeoutMs);
    this.#expiresAt = now + limits.timeoutMs;
    this.#timer = clock.after(limits.timeoutMs, () => this.#check());
    if (caller.aborted) this.#abort(caller.reason);
    else caller.addEventListener("abort", this.#onCallerAbort, { once: true });
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
  }

  extend(): void {
    if (!this.#limits.extendOnProgress) return;
    const wanted = this.#clock.monotonic() + this.#limits.timeoutMs;
    this.#expiresAt = Math.min(wanted, this.#lastMoment);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#caller.removeEventListener("abort", this.#onCallerAbort);
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
    this.#abort(new GatewayError("deadline-exceeded", message, { timeoutMs }));
  }

  #abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#listener?.();
  }
}
