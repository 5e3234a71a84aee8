/** An error as a log line shows it. */
export interface SerialisedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  /** What led here. */
  readonly cause?: SerialisedError;
  /** The failures behind an aggregate, the first five. */
  readonly errors?: readonly SerialisedError[];
}

const MAX_DEPTH = 5;
const MAX_ERRORS = 5;
const MAX_TEXT_LENGTH = 4_096;

/**
 * Turns anything thrown into fields, with the chain of causes. Other properties of errors are left
 * out: they may hold arguments, results or secrets. An expected failure (a `GatewayError` that is
 * not `internal`) needs no stack.
 */
export function serialiseError(thrown: unknown): SerialisedError {
  return serialise(thrown, MAX_DEPTH);
}

function serialise(thrown: unknown, depthLeft: number): SerialisedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: cut(describe(thrown)) };
  const { code } = thrown as { code?: unknown };
  const isExpected = thrown.name === "GatewayError" && code !== "internal";
  return {
    type: thrown.name,
    message: cut(thrown.message),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(thrown.stack === undefined || isExpected ? {} : { stack: cut(thrown.stack) }),
    ...(depthLeft === 0 ? {} : reasons(thrown, depthLeft - 1)),
  };
}

function reasons(error: Error, depthLeft: number): Pick<SerialisedError, "cause" | "errors"> {
  const errors = error instanceof AggregateError ? error.errors.slice(0, MAX_ERRORS) : [];
  return {
    ...(error.cause === undefined ? {} : { cause: serialise(error.cause, depthLeft) }),
    ...(errors.length === 0 ? {} : { errors: errors.map((each) => serialise(each, depthLeft)) }),
  };
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === "string" ? thrown : (JSON.stringify(thrown) ?? String(thrown));
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}
