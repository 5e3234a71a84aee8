import type { GatewayError } from "../../kernel/errors.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import { withMembers } from "../../mcp/splice.ts";
import type { Answer } from "./answer.ts";
import { PROBLEM_KINDS } from "./status-codes.ts";

/** The media type of problems (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

/**
 * A failure as it is answered, with the code's own members beside; `status` only where HTTP has a
 * finer one than the code's.
 */
export function toProblem(
  error: GatewayError,
  context: { readonly traceId: string; readonly status?: number },
): Answer {
  const kind = PROBLEM_KINDS[error.code];
  const status = context.status ?? kind.status;
  const { rpcData, ...facts } = error.data as { readonly rpcData?: RawJson };
  const members = {
    type: `/docs#error-${error.code}`,
    title: kind.title,
    status,
    detail: error.message,
    code: error.code,
    traceId: context.traceId,
    ...(error.code === "internal" ? {} : facts),
  };
  const body = Buffer.from(JSON.stringify(members));
  return {
    status,
    headers: headersOf(error),
    body: rpcData === undefined ? body : withMembers(body, { rpcData: rpcData.bytes }),
  };
}

function headersOf(error: GatewayError): Record<string, string> {
  const headers: Record<string, string> = { "content-type": PROBLEM_TYPE };
  if ("retryAfterMs" in error.data) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(error.data.retryAfterMs / 1000)));
  }
  if ("allowed" in error.data) headers["allow"] = error.data.allowed.join(", ");
  if (error.code === "unauthenticated") headers["www-authenticate"] = "Bearer";
  return headers;
}
