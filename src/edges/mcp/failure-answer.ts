import { isGatewayError, type ErrorCode, type GatewayError } from "../../kernel/errors.ts";
import { problemLines } from "../../core/plans/index.ts";
import { RPC } from "../../mcp/rpc-codes.ts";
import { GATEWAY_META } from "../../mcp/meta-keys.ts";
import { resultOf, rpcError, type Answer } from "./answer.ts";

/** Where a failed call was made: through a meta-tool, or by the tool's own name. */
export type CallDoor = "meta" | "direct";

type Presentation = "tool-error" | "invalid-params" | "upstream-error" | "internal" | "silent";

/** How each failure reaches an MCP client, by door. */
const PRESENTATION = {
  "unknown-tool": { meta: "tool-error", direct: "invalid-params" },
  "unknown-server": { meta: "tool-error", direct: "invalid-params" },
  "unknown-result": { meta: "tool-error", direct: "tool-error" },
  "unknown-plan": { meta: "tool-error", direct: "tool-error" },
  "not-cached": { meta: "tool-error", direct: "tool-error" },
  "invalid-plan": { meta: "tool-error", direct: "tool-error" },
  "unknown-route": { meta: "internal", direct: "internal" },
  "method-not-allowed": { meta: "internal", direct: "internal" },
  "invalid-arguments": { meta: "tool-error", direct: "tool-error" },
  "invalid-request": { meta: "tool-error", direct: "tool-error" },
  "invalid-config": { meta: "tool-error", direct: "tool-error" },
  "payload-too-large": { meta: "tool-error", direct: "tool-error" },
  unauthenticated: { meta: "tool-error", direct: "tool-error" },
  forbidden: { meta: "tool-error", direct: "tool-error" },
  "rate-limited": { meta: "tool-error", direct: "tool-error" },
  "circuit-open": { meta: "tool-error", direct: "tool-error" },
  "server-unavailable": { meta: "tool-error", direct: "tool-error" },
  "needs-auth": { meta: "tool-error", direct: "tool-error" },
  "server-exists": { meta: "tool-error", direct: "tool-error" },
  "composite-exists": { meta: "tool-error", direct: "tool-error" },
  "idempotency-conflict": { meta: "tool-error", direct: "tool-error" },
  "input-required": { meta: "tool-error", direct: "tool-error" },
  "deadline-exceeded": { meta: "tool-error", direct: "tool-error" },
  "upstream-protocol": { meta: "upstream-error", direct: "upstream-error" },
  "embedding-failed": { meta: "tool-error", direct: "tool-error" },
  "index-failed": { meta: "tool-error", direct: "tool-error" },
  "daemon-unreachable": { meta: "internal", direct: "internal" },
  cancelled: { meta: "silent", direct: "silent" },
  internal: { meta: "internal", direct: "internal" },
} as const satisfies Record<ErrorCode, Record<CallDoor, Presentation>>;

/** The answer to a call that failed: a tool result the model can read, or a JSON-RPC error. */
export function failureAnswer(error: GatewayError, door: CallDoor): Answer {
  const presentation: Presentation = PRESENTATION[error.code][door];
  switch (presentation) {
    case "silent":
      return { kind: "silent" };
    case "internal":
      return rpcError(RPC.internalError, "Internal error");
    case "invalid-params":
      return rpcError(RPC.invalidParams, error.message, { data: facts(error) });
    case "upstream-error":
      return upstreamError(error as GatewayError<"upstream-protocol">);
    case "tool-error":
      return toolError(error, door);
  }
}

function upstreamError(error: GatewayError<"upstream-protocol">): Answer {
  const { rpcCode, rpcData } = error.data;
  const code = rpcCode ?? RPC.internalError;
  const data = rpcData === undefined ? {} : { data: rpcData };
  return { kind: "error", error: { code, message: error.message, ...data } };
}

function toolError(error: GatewayError, door: CallDoor): Answer {
  const details = facts(error);
  return resultOf({
    content: [{ type: "text", text: describe(error) }],
    isError: true,
    // A direct tool may promise an output schema that this would break.
    ...(door === "meta" ? { structuredContent: { error: details } } : {}),
    _meta: { [GATEWAY_META.error]: details },
  });
}

function facts(error: GatewayError): Record<string, unknown> {
  return { code: error.code, message: error.message, ...error.data };
}

/** What the model reads: the message, and what it does not say yet of violations, names and times. */
function describe(error: GatewayError): string {
  const { message, data } = error;
  const lines = [message];
  const addMissing = (fact: string, line: string): void => {
    if (!message.includes(fact)) lines.push(line);
  };
  if (isGatewayError(error, "invalid-plan")) lines.push(...problemLines(error.data.problems));
  if ("violations" in data) {
    for (const { path, message: wrong } of data.violations)
      addMissing(wrong, `- ${path || "/"}: ${wrong}`);
  }
  if ("nearest" in data && data.nearest.length > 0) {
    const names = data.nearest.join(", ");
    addMissing(names, `Did you mean ${names}?`);
  }
  if ("retryAfterMs" in data) {
    addMissing(`${data.retryAfterMs} ms`, `Try again in ${data.retryAfterMs} ms.`);
  }
  return lines.join("\n");
}
