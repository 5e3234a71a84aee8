import type { ZodType } from "zod";
import { GatewayError, type Violation } from "../../../../kernel/errors.ts";
import type { JsonObject } from "../../../../kernel/json.ts";
import type { Gateway } from "../../../../core/gateway.ts";
import { resultOf, type Answer } from "../../answer.ts";
import type { Peer, ToolCall } from "../../surface.ts";

/** What meta-tools work with. */
export type MetaToolGateway = Pick<
  Gateway,
  "access" | "calls" | "catalog" | "discovery" | "metrics" | "results" | "tokens"
>;

/** One of the stable tools of the discovery surface. */
export interface MetaTool {
  readonly name: string;
  /** The definition as `tools/list` gives it; stable while the config is. */
  definition(): JsonObject;
  /** @throws GatewayError for what the model can mend, told as a tool error. */
  run(call: ToolCall, peer: Peer, signal: AbortSignal): Promise<Answer>;
}

/**
 * Reads a meta-tool's arguments.
 * @throws GatewayError `invalid-arguments` with every violation.
 */
export function readArguments<Value>(schema: ZodType<Value>, call: ToolCall): Value {
  const parsed = schema.safeParse(call.arguments.value());
  if (parsed.success) return parsed.data;
  const violations: Violation[] = parsed.error.issues.map((issue) => ({
    path: issue.path.map((part) => `/${String(part)}`).join(""),
    message: issue.message,
  }));
  throw new GatewayError("invalid-arguments", `The arguments of ${call.name} are wrong.`, {
    violations,
  });
}

/** An answer for programs (`structuredContent`) and, as the specification asks, the same as text. */
export function structuredAnswer(value: object): Answer {
  return resultOf({
    content: [{ type: "text", text: JSON.stringify(value) }],
    structuredContent: value,
  });
}
