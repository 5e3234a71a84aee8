import type { ErrorCode } from "../../kernel/errors.ts";

/** How a failure is answered over HTTP. */
interface ProblemKind {
  readonly status: number;
  /** The same for every problem of the code. */
  readonly title: string;
}

/** Every failure's HTTP status and title. */
export const PROBLEM_KINDS = {
  "unknown-tool": { status: 404, title: "Unknown tool" },
  "unknown-server": { status: 404, title: "Unknown server" },
  "unknown-result": { status: 404, title: "Unknown result" },
  "unknown-plan": { status: 404, title: "Unknown plan" },
  "not-cached": { status: 404, title: "Not cached" },
  "invalid-plan": { status: 422, title: "Invalid plan" },
  "unknown-route": { status: 404, title: "Unknown route" },
  "method-not-allowed": { status: 405, title: "Method not allowed" },
  "invalid-arguments": { status: 422, title: "Invalid arguments" },
  "invalid-request": { status: 400, title: "Invalid request" },
  "invalid-config": { status: 422, title: "Invalid configuration" },
  "payload-too-large": { status: 413, title: "Payload too large" },
  unauthenticated: { status: 401, title: "Not authenticated" },
  forbidden: { status: 403, title: "Not allowed" },
  "rate-limited": { status: 429, title: "Too many requests" },
  "circuit-open": { status: 503, title: "Circuit open" },
  "server-unavailable": { status: 503, title: "Server unavailable" },
  "needs-auth": { status: 424, title: "Server needs login" },
  "server-exists": { status: 409, title: "Server exists" },
  "composite-exists": { status: 409, title: "Composite exists" },
  "idempotency-conflict": { status: 422, title: "Idempotency key used for another call" },
  "input-required": { status: 409, title: "Input required" },
  "deadline-exceeded": { status: 504, title: "Deadline exceeded" },
  "upstream-protocol": { status: 502, title: "Upstream protocol error" },
  "embedding-failed": { status: 503, title: "Embedding failed" },
  "index-failed": { status: 503, title: "Index failed" },
  "daemon-unreachable": { status: 502, title: "Daemon unreachable" },
  cancelled: { status: 499, title: "Cancelled" },
  internal: { status: 500, title: "Internal error" },
} as const satisfies Record<ErrorCode, ProblemKind>;
