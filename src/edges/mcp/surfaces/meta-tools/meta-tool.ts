import type { Cancellation } from "../../../../kernel/abort.ts";
import type { ZodType } from "zod";
import { readInput } from "../../../../contract/index.ts";
import { GatewayError, isGatewayError } from "../../../../kernel/errors.ts";
import type { JsonObject } from "../../../../kernel/json.ts";
import type { Principal } from "../../../../core/access/index.ts";
import type { Gateway } from "../../../../core/gateway.ts";
import { resultOf, type Answer } from "../../answer.ts";
import type { Peer, ToolCall } from "../../surface.ts";

/** What meta-tools work with. */
export type MetaToolGateway = Pick<
  Gateway,
  | "access"
  | "calls"
  | "catalog"
  | "clock"
  | "discovery"
  | "metrics"
  | "plans"
  | "results"
  | "tokens"
  | "upstreams"
>;

/** One of the stable tools of the discovery surface. */
export interface MetaTool {
  readonly name: string;
  /** The definition as `tools/list` gives it to a principal (without one: to an operator). Stable while the config is. */
  definition(principal: Principal | undefined): JsonObject;
  /** @throws GatewayError for what the model can mend, told as a tool error. */
  run(call: ToolCall, peer: Peer, signal: Cancellation): Promise<Answer>;
}

/**
 * Reads a meta-tool's arguments.
 * @throws GatewayError `invalid-arguments` with every violation.
 */
export function readArguments<Value>(schema: ZodType<Value>, call: ToolCall): Value {
  try {
    return readInput(schema, call.arguments.value());
  } catch (error) {
    if (!isGatewayError(error, "invalid-request")) throw error;
    const { violations } = error.data;
    throw new GatewayError("invalid-arguments", `The arguments of ${call.name} are wrong.`, {
      violations,
    });
  }
}

/** An answer for programs (`structuredContent`) and, as the specification asks, the same as text. */
export function structuredAnswer(value: object): Answer {
  return resultOf({
    content: [{ type: "text", text: JSON.stringify(value) }],
    structuredContent: value,
  });
}
