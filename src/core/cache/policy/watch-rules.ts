import type { Clock, Timer } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Catalog } from "../../catalog/index.ts";
import type { RuleBook } from "./rule-book.ts";

/** How long after a change the rules are judged, so that a burst of changes is one, in milliseconds. */
const PAUSE_MS = 2_000;
/** Remarks that are logged at a time. */
const MAX_LOGGED = 20;

export interface RuleWatch extends Disposable {
  /** Judges the rules soon. */
  soon(): void;
}

/** Logs what is odd about the rules, once for each remark until it is mended. */
export function watchRules(deps: {
  readonly ruleBook: Pick<RuleBook, "remarks">;
  readonly catalog: Pick<Catalog, "onChange">;
  readonly clock: Clock;
  readonly log: Logger;
}): RuleWatch {
  const { catalog, clock, log, ruleBook } = deps;
  let told: ReadonlySet<string> = new Set();
  let timer: Timer | undefined;

  function judge(): void {
    timer = undefined;
    const remarks = ruleBook.remarks();
    const untold = remarks.filter(({ message }) => !told.has(message));
    told = new Set(remarks.map(({ message }) => message));
    for (const { server, setting, message } of untold.slice(0, MAX_LOGGED)) {
      log.warn({ server, setting }, message);
    }
    const left = untold.length - MAX_LOGGED;
    if (left > 0) log.warn({ left }, "More rules of caches fit nothing: see switchboard doctor.");
  }

  function soon(): void {
    timer ??= clock.after(PAUSE_MS, judge);
  }

  const listening = catalog.onChange(soon);
  soon();
  return {
    soon,
    [Symbol.dispose]() {
      listening[Symbol.dispose]();
      timer?.[Symbol.dispose]();
    },
  };
}
