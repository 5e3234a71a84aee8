import type { ErrorCode } from "../../../kernel/errors.ts";

/** What the program says when it ends. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  cancelled: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every failure's exit code. */
export const EXIT_CODES = {
  "unknown-tool": EXIT.failed,
  "unknown-server": EXIT.failed,
  "unknown-result": EXIT.failed,
  "unknown-plan": EXIT.failed,
  "not-cached": EXIT.failed,
  "invalid-plan": EXIT.usage,
  "unknown-route": EXIT.failed,
  "method-not-allowed": EXIT.failed,
  "invalid-arguments": EXIT.usage,
  "invalid-request": EXIT.usage,
  "invalid-config": EXIT.usage,
  "payload-too-large": EXIT.usage,
  unauthenticated: EXIT.refused,
  forbidden: EXIT.refused,
  "rate-limited": EXIT.failed,
  "circuit-open": EXIT.unreachable,
  "server-unavailable": EXIT.unreachable,
  "needs-auth": EXIT.unreachable,
  "server-exists": EXIT.failed,
  "composite-exists": EXIT.failed,
  "idempotency-conflict": EXIT.usage,
  "input-required": EXIT.failed,
  "deadline-exceeded": EXIT.unreachable,
  "upstream-protocol": EXIT.failed,
  "embedding-failed": EXIT.failed,
  "index-failed": EXIT.failed,
  "daemon-unreachable": EXIT.unreachable,
  cancelled: EXIT.cancelled,
  internal: EXIT.failed,
} as const satisfies Record<ErrorCode, number>;

const BY_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.refused,
  403: EXIT.refused,
  413: EXIT.usage,
  422: EXIT.usage,
  424: EXIT.unreachable,
  499: EXIT.cancelled,
  503: EXIT.unreachable,
  504: EXIT.unreachable,
};

/** The exit code of an answer: by its `code`, or by its status where a daemon of another version says one not known here. */
export function exitCodeOf(code: string | undefined, status: number): ExitCode {
  if (code !== undefined && isErrorCode(code)) return EXIT_CODES[code];
  return BY_STATUS[status] ?? EXIT.failed;
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(EXIT_CODES, code);
}
