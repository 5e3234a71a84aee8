import type { Cancellation } from "../../kernel/abort.ts";
import { isGatewayError } from "../../kernel/errors.ts";
import { failed, type Ending } from "./stage.ts";

/**
 * How a call ends whose signal has aborted: with the failure that was given as the reason (a
 * deadline, a gateway that stops), else as cancelled by its caller.
 */
export function endingOfAbort(signal: Cancellation): Ending {
  const reason: unknown = signal.reason;
  if (isGatewayError(reason) && reason.code !== "cancelled") return failed(reason);
  return { kind: "cancelled" };
}
