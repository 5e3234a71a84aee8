import { toGatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import { logBug } from "./answer-problems.ts";
import type { Answer } from "./answer.ts";
import type { EventStream, LastEvent } from "./event-stream.ts";
import { toProblem } from "./problem.ts";

/** What a stream ends with. */
export interface StreamEnd {
  readonly answer: Answer;
  readonly last?: LastEvent | undefined;
}

/** Ends a stream with what the work gives, or with the problem that it failed with; never rejects. */
export async function finishStream(
  stream: EventStream,
  about: { readonly operation: string; readonly traceId: string; readonly log: Logger },
  work: () => Promise<StreamEnd>,
): Promise<void> {
  const { operation, traceId, log } = about;
  try {
    const { answer, last } = await work();
    stream.finish(answer, last);
  } catch (error) {
    const failure = toGatewayError(error);
    logBug(failure, { traceId, operation }, log);
    stream.finish(toProblem(failure, { traceId }));
  }
}
