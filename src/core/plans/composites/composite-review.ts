import type { Clock, Timer } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { CompositeView } from "../composites.ts";

/** How long changes are gathered before tools are derived anew, in milliseconds. */
const DERIVE_AFTER_MS = 50;
/** How long after a change plans are checked for the log: servers that start take a while, in milliseconds. */
const REVIEW_AFTER_MS = 5_000;

export interface CompositeReviewDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Derives the tools anew. */
  readonly derive: () => void;
  /** The composites, checked now. */
  readonly list: () => readonly CompositeView[];
}

/** Keeps composites in step with the tools they use, and the log with what is wrong with them. */
export interface CompositeReview extends Disposable {
  /** Something that composites hang on has changed. */
  noteChange(): void;
}

/** Makes the review. */
export function createCompositeReview({
  clock,
  log,
  derive,
  list,
}: CompositeReviewDeps): CompositeReview {
  let deriving: Timer | undefined;
  let reviewing: Timer | undefined;
  let told: ReadonlyMap<string, string | undefined> = new Map();

  function review(): void {
    const all = new Map(list().map(({ name, problem }) => [name, problem]));
    for (const [composite, problem] of all) {
      const before = told.get(composite);
      if (problem === before) continue;
      if (problem === undefined) log.info({ composite }, "A composite tool can run again.");
      else log.warn({ composite, problem }, "A composite tool cannot run.");
    }
    told = all;
  }

  return {
    noteChange() {
      deriving ??= clock.after(DERIVE_AFTER_MS, () => {
        deriving = undefined;
        derive();
      });
      reviewing ??= clock.after(REVIEW_AFTER_MS, () => {
        reviewing = undefined;
        review();
      });
    },
    [Symbol.dispose]() {
      deriving?.[Symbol.dispose]();
      reviewing?.[Symbol.dispose]();
    },
  };
}
