import type { ErrorCode } from "../../kernel/errors.ts";

/**
 * Why a step did not succeed: the code of the failed call, or
 * `tool-error`: the tool itself said `isError`;
 * `reference-empty`: a reference found nothing and has no default;
 * `expression-failed`: an expression does not fit the data or costs too much;
 * `not-an-array`, `too-many-items`: what `forEach` was given;
 * `items-failed`: some items of a `forEach` failed;
 * `values-too-large`: the plan's values outgrew `plans.maxValueBytes`;
 * `rule-broken`: a composition rule forbids the call here.
 */
export type StepErrorCode =
  | ErrorCode
  | "tool-error"
  | "reference-empty"
  | "expression-failed"
  | "not-an-array"
  | "too-many-items"
  | "items-failed"
  | "values-too-large"
  | "rule-broken";

/** A step's failure: what, where and how to mend it; never a secret. */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly code: StepErrorCode;

  constructor(code: StepErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
