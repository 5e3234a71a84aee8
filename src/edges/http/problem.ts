import type { GatewayError } from "../../kernel/errors.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import { withMembers } from "../../mcp/splice.ts";
import { PROBLEM_KINDS } from "./status-codes.ts";

/** A failure as HTTP answers it. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `application/problem+json` (RFC 9457) with the code's own members beside. */
  readonly body: Buffer;
}

/** Writes a failure down; `status` only where HTTP has a finer one than the code's. */
export function toProblem(
  error: GatewayError,
  context: { readonly traceId: string; readonly status?: number },
): ProblemAnswer {
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
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if ("retryAfterMs" in error.data) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(error.data.retryAfterMs / 1000)));
  }
  if ("allowed" in error.data) headers["allow"] = error.data.allowed.join(", ");
  if (error.code === "unauthenticated") headers["www-authenticate"] = "Bearer";
  return headers;
}
