import { isGatewayError, toGatewayError, type GatewayError } from "../../../kernel/errors.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { Outcome } from "../../calls/index.ts";
import type { StepFailure } from "../plan-report.ts";
import { StepError } from "../step-error.ts";
import type { StepOutcome } from "./step-caller.ts";
import { stepValue } from "./step-value.ts";

/** How a step's call ended, as the plan sees it. */
export type CallEnding =
  | { readonly kind: "value"; readonly value: RawJson }
  | {
      readonly kind: "failed";
      readonly failure: StepFailure;
      /** Set when another try may mend it: how long to wait at least, in milliseconds. */
      readonly retryAfterMs?: number;
      /** How the plan behind a composite tool ended that was left before. */
      readonly late?: string;
    }
  /** By the plan itself. */
  | { readonly kind: "cancelled"; readonly late?: string };

/** What an outcome means to a plan. `mayWrite`: whether doing it twice could do harm. */
export function endingOf(outcome: StepOutcome, mayWrite: boolean): CallEnding {
  const ending = endingOfCall(outcome, mayWrite);
  return outcome.late === undefined
    ? ending
    : afterLate(ending, readResult(outcome.late, mayWrite));
}

/** A plan that was left has undone what it did, and says how that went; or it did all it was to do. */
function afterLate(ending: CallEnding, late: CallEnding): CallEnding {
  if (ending.kind !== "failed" || late.kind !== "failed") return late;
  const { code, message } = ending.failure;
  const told = late.failure.message;
  return { ...ending, failure: { code, message: `${message} ${told}` }, late: told };
}

function endingOfCall(outcome: Outcome, mayWrite: boolean): CallEnding {
  switch (outcome.kind) {
    case "cancelled":
      return failedWith({ code: "cancelled", message: "The call was cancelled on its way." });
    case "input_required":
      return failedWith({
        code: "input-required",
        message:
          "The tool asks for input in mid-call, and nobody can answer within a plan. Call it outside of a plan, or give it what it asks for in its arguments.",
      });
    case "failure":
      return failedWith(failureOf(outcome.error), retryAfterMs(outcome.error, mayWrite));
    case "result":
      return readResult(outcome.body, mayWrite);
  }
}

/** What is told of something that was thrown while a step was prepared or run. */
export function failureOf(error: unknown): StepFailure {
  const { code, message } = error instanceof StepError ? error : toGatewayError(error);
  return { code, message };
}

/** A failure as a call's end; `afterMs` when another try may mend it. */
export function failedWith(failure: StepFailure, afterMs?: number): CallEnding {
  return { kind: "failed", failure, ...(afterMs !== undefined && { retryAfterMs: afterMs }) };
}

function readResult(body: RawJson, mayWrite: boolean): CallEnding {
  try {
    return { kind: "value", value: stepValue(body) };
  } catch (error) {
    return failedWith(failureOf(error), mayWrite ? undefined : 0);
  }
}

/** A tool that may write is tried again only when its server certainly has not seen the call. */
function retryAfterMs(error: GatewayError, mayWrite: boolean): number | undefined {
  if (isGatewayError(error, "circuit-open", "rate-limited")) return error.data.retryAfterMs;
  if (isGatewayError(error, "server-unavailable")) {
    return mayWrite && error.data.reached ? undefined : error.data.retryAfterMs;
  }
  if (isGatewayError(error, "deadline-exceeded")) return mayWrite ? undefined : 0;
  if (isGatewayError(error, "upstream-protocol")) {
    return mayWrite || error.data.rpcCode !== undefined ? undefined : 0;
  }
  return undefined;
}
