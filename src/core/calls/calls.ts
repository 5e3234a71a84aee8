import type { Cancellation } from "../../kernel/abort.ts";
import type { CallRequest } from "./call.ts";
import type { Outcome } from "./outcome.ts";

/** The one door to tools: every call, whoever asks, passes the same pipeline. */
export interface Calls {
  /**
   * Runs a call. Never throws for what callers or servers do: that is in the outcome (an unknown or
   * invisible tool is a failure `unknown-tool` with the nearest names).
   * An abort of `signal` ends in `cancelled`.
   */
  call(request: CallRequest, signal: Cancellation): Promise<Outcome>;
  /** Calls under way. */
  readonly inFlight: number;
}
