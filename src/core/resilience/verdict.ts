import { isGatewayError, type GatewayError } from "../../kernel/errors.ts";
import { RPC } from "../../mcp/rpc-codes.ts";

/** What the end of an attempt says about a server's health; `neutral` says nothing. */
export type Verdict = "success" | "failure" | "neutral";

/**
 * Transport errors, timeouts, protocol errors and overload count against a server. What a server
 * decides about a call (arguments, permissions) shows that it is alive; what the gateway or the
 * caller decided says nothing.
 */
export function verdictOf(
  error: GatewayError,
  options: { readonly minTimeoutMs: number },
): Verdict {
  if (isGatewayError(error, "deadline-exceeded")) {
    return error.data.timeoutMs < options.minTimeoutMs ? "neutral" : "failure";
  }
  if (isGatewayError(error, "upstream-protocol")) {
    const { rpcCode } = error.data;
    return rpcCode === undefined || isServerTrouble(rpcCode) ? "failure" : "success";
  }
  return error.code === "server-unavailable" ? "failure" : "neutral";
}

/** Codes by which a healthy server refuses one call; the last two are "resource not found" and "go to a URL first". */
const REFUSALS: ReadonlySet<number> = new Set([
  RPC.methodNotFound,
  RPC.invalidParams,
  RPC.headerMismatch,
  RPC.missingClientCapability,
  RPC.unsupportedProtocolVersion,
  -32002,
  -32042,
]);

/** Whether a JSON-RPC code is one of the range kept for the protocol and servers themselves, and no refusal. */
function isServerTrouble(rpcCode: number): boolean {
  return rpcCode >= -32768 && rpcCode <= -32000 && !REFUSALS.has(rpcCode);
}
