import { whenEnded, type Ending, type Stage } from "../../calls/index.ts";
import type { Cachings } from "../policy/create-cachings.ts";
import type { RuleBook } from "../policy/rule-book.ts";
import type { Invalidations } from "./invalidations.ts";

/**
 * Calls that may write void what they may have changed: before, so that nobody is given it while
 * they run, and after, however they ended, so that what others read meanwhile is not kept. A call
 * ends when neither this replica nor L2 would answer any more with what was before it; the memories
 * of other replicas hear of it a moment later.
 */
export function createInvalidateStage(deps: {
  readonly cachings: Pick<Cachings, "of">;
  readonly invalidations: Pick<Invalidations, "run">;
  readonly ruleBook: Pick<RuleBook, "invalidatedBy">;
}): Stage {
  const { cachings, invalidations, ruleBook } = deps;
  return (call, next) => {
    const scopes = ruleBook.invalidatedBy(cachings.of(call.tool));
    if (scopes.length === 0) return next(call);
    void invalidations.run(scopes);
    let voided: Promise<void> | undefined;
    const ending = whenEnded(
      () => next(call),
      () => {
        voided = invalidations.run(scopes);
      },
    );
    const whenVoid = (value: Ending): Ending | Promise<Ending> =>
      voided === undefined ? value : voided.then(() => value);
    return ending instanceof Promise ? ending.then(whenVoid) : whenVoid(ending);
  };
}
