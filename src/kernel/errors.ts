import type { RawJson } from "./raw-json.ts";

/** One thing wrong with an input: where it stands (a JSON pointer, or a dotted path in config) and what it is. */
export interface Violation {
  readonly path: string;
  readonly message: string;
}

/** One thing wrong with a plan: in which step (absent: the plan as a whole), and where in its text. */
export interface PlanProblem {
  /** A plan with an `error` does not run. */
  readonly severity: "error" | "warning";
  readonly step?: string;
  /** A JSON pointer into the plan. */
  readonly path: string;
  /** Stable, such as `unknown-tool` or `cycle`; `docs/plans.md` lists them. */
  readonly code: string;
  readonly message: string;
}

/**
 * Every failure the gateway can name, and the facts that go with it. The keys are the stable `code`
 * of problem+json answers; `docs/errors.md` lists each one, and a test keeps the two in step.
 */
export interface ErrorData {
  "unknown-tool": { readonly tool: string; readonly nearest: readonly string[] };
  "unknown-server": { readonly server: string; readonly nearest: readonly string[] };
  "unknown-result": { readonly handle: string };
  "unknown-route": { readonly route: string };
  "method-not-allowed": { readonly method: string; readonly allowed: readonly string[] };
  "invalid-arguments": { readonly violations: readonly Violation[] };
  "invalid-request": { readonly violations: readonly Violation[] };
  "invalid-config": { readonly problems: readonly string[] };
  "payload-too-large": { readonly limitBytes: number };
  unauthenticated: Record<never, never>;
  forbidden: { readonly reason: string };
  "rate-limited": { readonly reason: string; readonly retryAfterMs: number };
  "circuit-open": { readonly server: string; readonly retryAfterMs: number };
  "server-unavailable": {
    readonly server: string;
    readonly state: string;
    readonly retryAfterMs: number;
    /** Whether the server may have seen the call: if not, any call may be tried again. */
    readonly reached: boolean;
  };
  "needs-auth": { readonly server: string };
  "server-exists": { readonly server: string };
  /** The configuration file holds a composite of that name. */
  "composite-exists": { readonly composite: string };
  "idempotency-conflict": { readonly key: string };
  "input-required": { readonly server: string };
  "deadline-exceeded": { readonly timeoutMs: number };
  "upstream-protocol": {
    readonly server: string;
    readonly rpcCode?: number;
    /** As it came, so that it can be relayed unrounded. */
    readonly rpcData?: RawJson;
  };
  "invalid-plan": { readonly problems: readonly PlanProblem[] };
  "unknown-plan": { readonly plan: string };
  /** `cache: "only"`, and nothing is kept for the call. */
  "not-cached": { readonly tool: string };
  "embedding-failed": { readonly model: string };
  "index-failed": { readonly index: string };
  "daemon-unreachable": {
    readonly url: string;
    /** Why, where more is known than that nothing answers. */
    readonly reason?: "connection-lost" | "stopping" | "no-config";
  };
  cancelled: Record<never, never>;
  internal: Record<never, never>;
}

/** The stable code of a failure. */
export type ErrorCode = keyof ErrorData;

/** An expected failure with a stable code. The message names what was wrong and how to mend it; never a secret. */
export class GatewayError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "GatewayError";
  readonly code: Code;
  readonly data: ErrorData[Code];

  /** `details` are the data of the code, and `cause` where another error led here. */
  constructor(code: Code, message: string, details: ErrorData[Code] & { cause?: unknown }) {
    const { cause, ...data } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data as ErrorData[Code];
  }
}

/** Narrows an unknown thrown value to a failure with one of the given codes (any code when none is given). */
export function isGatewayError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  ...codes: readonly Code[]
): error is GatewayError<Code> {
  if (!(error instanceof GatewayError)) return false;
  return codes.length === 0 || codes.some((code) => code === error.code);
}

/** Wraps what nobody foresaw as `internal`, keeping the cause for the log; failures pass unchanged. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError("internal", "An internal error occurred.", { cause: error });
}
