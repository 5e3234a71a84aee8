import { childAbort } from "../../../kernel/abort.ts";
import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Random } from "../../../kernel/random.ts";
import { canonicalWithout, type Ending } from "../../calls/index.ts";
import type { Tool } from "../../catalog/index.ts";
import { readAnswer } from "../answers/read-answer.ts";
import type { CachePolicy } from "../caches.ts";
import { freshnessOf, type Kept } from "../memory/kept.ts";
import type { Caching } from "../policy/caching.ts";
import type { SemanticIndex, SemanticMatch, SemanticPlace } from "../semantic-index.ts";
import type { Ask } from "../stages/ask.ts";
import { isSameAnswer } from "./same-answer.ts";
import { afterCheck, thresholdOf, UNCHECKED, type ThresholdState } from "./threshold-control.ts";

/** An answer that was given to a call which means nearly the same. */
export interface NearFinding {
  readonly kept: Kept;
  readonly match: SemanticMatch;
}

export interface NearTierDeps {
  readonly semantic: SemanticIndex;
  /** The entry of a key, in memory or shared. */
  readonly entryOf: (key: string, ask: Ask) => Promise<Kept | undefined>;
  readonly now: () => number;
  readonly random: Random;
  readonly log: Logger;
}

/** Neighbours looked at: those whose entries are gone make room for the next. */
const MAX_TRIES = 3;

/** L3: answers of near-equal calls, as far as checks against the server bear them out. */
export class NearTier {
  readonly #deps: NearTierDeps;
  readonly #states = new WeakMap<Tool, ThresholdState>();

  constructor(deps: NearTierDeps) {
    this.#deps = deps;
  }

  isOn({ policy, semantic, tool }: Caching): boolean {
    return policy.cached && semantic.enabled && this.#stateOf(tool).switchedOff === undefined;
  }

  /** A fresh answer to a call that means nearly the same. */
  async find(ask: Ask): Promise<NearFinding | undefined> {
    if (!this.isOn(ask.caching)) return undefined;
    const { semantic, entryOf, now } = this.#deps;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const match = await this.#neighbour(ask);
      if (match === undefined) return undefined;
      const kept = await entryOf(match.key, ask);
      if (kept !== undefined && freshnessOf(kept.record, now() - kept.bornAt) === "fresh") {
        return { kept, match };
      }
      semantic.remove(match.key);
    }
    return undefined;
  }

  /** Takes up a call whose answer has been kept. */
  add(ask: Ask): void {
    if (this.isOn(ask.caching))
      void this.#deps.semantic.add(this.#placeOf(ask), argsOf(ask), ask.key);
  }

  /** Whether this hit is to be checked against the server. */
  wantsCheck({ semantic }: Caching): boolean {
    return this.#deps.random.next() < semantic.verifyRatio;
  }

  /** Compares an answer that was given with the server's own; one that failed proves nothing. */
  judge({ tool, semantic }: Caching, given: RawJson, ending: Ending): void {
    if (ending.kind !== "result" || readAnswer(ending.body) === undefined) return;
    const before = this.#stateOf(tool);
    const after = afterCheck(before, isSameAnswer(given, ending.body), semantic);
    this.#states.set(tool, after);
    if (after.raises > before.raises || after.switchedOff !== before.switchedOff) {
      const threshold = thresholdOf(after, semantic);
      const fields = { tool: tool.id, threshold, switchedOff: after.switchedOff };
      this.#deps.log.warn(fields, "Semantic cache hits differed from the server's answers.");
    }
  }

  /** What of a tool's policy this tier decides. */
  policyOf({ tool, semantic }: Caching): NonNullable<CachePolicy["semantic"]> {
    const state = this.#stateOf(tool);
    return {
      ...semantic,
      effectiveThreshold: thresholdOf(state, semantic),
      ...(state.switchedOff === undefined ? {} : { switchedOff: state.switchedOff }),
    };
  }

  async #neighbour(ask: Ask): Promise<SemanticMatch | undefined> {
    using caller = childAbort(ask.call.signal);
    try {
      return await this.#deps.semantic.find(this.#placeOf(ask), argsOf(ask), caller.signal);
    } catch (error) {
      if (!ask.call.signal.aborted) {
        const fields = { err: error, tool: ask.call.tool.id };
        this.#deps.log.warn(fields, "The semantic cache could not be asked.");
      }
      return undefined;
    }
  }

  #placeOf({ partition, caching }: Ask): SemanticPlace {
    const threshold = thresholdOf(this.#stateOf(caching.tool), caching.semantic);
    return { partition, server: caching.tool.server, threshold };
  }

  #stateOf(tool: Tool): ThresholdState {
    return this.#states.get(tool) ?? UNCHECKED;
  }
}

/** The arguments that count, as bytes of their own. */
function argsOf({ call, caching }: Ask): RawJson {
  const { ignored } = caching.keyRules;
  const args = call.request.arguments;
  if (ignored.size === 0) return rawJson(Uint8Array.from(args.bytes));
  return rawJson(Buffer.from(canonicalWithout(args, ignored) ?? "{}"));
}
