import type { z } from "zod";
import { problemSchema } from "../../../contract/index.ts";

/** A failed request's answer (RFC 9457). */
export type Problem = z.output<typeof problemSchema>;

/** A request that was answered with a problem. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  /** Absent when the answer was no problem document. */
  readonly problem: Problem | undefined;
  readonly status: number;
  /** As it was answered. */
  readonly body: Uint8Array;
  /** The id that the request was about, for a hint. */
  readonly subject: string | undefined;

  constructor(answer: {
    readonly status: number;
    readonly body: Uint8Array;
    readonly target: string;
    readonly subject?: string | undefined;
  }) {
    const problem = readProblem(answer.body);
    const stranger = `${answer.target} answered ${answer.status}, and not as Switchboard does.`;
    super(problem?.detail ?? stranger);
    this.problem = problem;
    this.status = problem?.status ?? answer.status;
    this.body = answer.body;
    this.subject = answer.subject;
  }
}

function readProblem(body: Uint8Array): Problem | undefined {
  try {
    const outcome = problemSchema.safeParse(JSON.parse(Buffer.from(body).toString("utf8")));
    return outcome.success ? outcome.data : undefined;
  } catch {
    return undefined;
  }
}
