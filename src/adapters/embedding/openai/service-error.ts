import type { EmbedderProblem } from "../embedder-load.ts";

/** Why the service gave no vectors; the message names no key. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly problem: EmbedderProblem;
  /** Whether another attempt may succeed. */
  readonly mayPass: boolean;
  /** The answer's `Retry-After`. */
  readonly retryAfter: string | undefined;

  constructor(
    message: string,
    terms: {
      readonly problem: EmbedderProblem;
      readonly mayPass?: boolean;
      readonly retryAfter?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, terms.cause === undefined ? undefined : { cause: terms.cause });
    this.problem = terms.problem;
    this.mayPass = terms.mayPass ?? false;
    this.retryAfter = terms.retryAfter;
  }
}
