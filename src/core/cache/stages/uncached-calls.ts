import { asBuffer } from "../../../kernel/as-buffer.ts";
import type { Call, Ending, Next } from "../../calls/index.ts";
import { readAnswer } from "../answers/read-answer.ts";
import { callKey } from "../keys/call-key.ts";
import type { Generations } from "../memory/generations.ts";
import type { Caching } from "../policy/caching.ts";
import type { Cachings } from "../policy/create-cachings.ts";
import type { Suggestions } from "../statistics/suggestions.ts";
import type { Asked, Keeper } from "./keeper.ts";

export interface UncachedCallsDeps {
  readonly cachings: Cachings;
  readonly generations: Generations;
  readonly keeper: Keeper;
  readonly suggestions: Suggestions;
}

/** Passes on a call of a tool that is not cached. */
export type UncachedCalls = (call: Call, next: Next, caching: Caching) => Ending | Promise<Ending>;

/** A call, and what was known before it was made. */
interface Begun {
  readonly call: Call;
  readonly next: Next;
  readonly asked: Asked;
  readonly generation: number;
}

/**
 * Watches those that might be cached: an answer that carries a `ttlMs` is kept and makes its tool a
 * cached one; repeated answers that are alike make it one that is worth caching.
 */
export function createUncachedCalls(deps: UncachedCallsDeps): UncachedCalls {
  const { cachings, generations, keeper, suggestions } = deps;

  function watch(begun: Begun, ending: Ending): void {
    const { call, asked } = begun;
    if (ending.kind !== "result" || call.notes.cache === "coalesced") return;
    const body = ending.body.bytes;
    suggestions.watch({ call, body, costMs: keeper.now().bornAt - asked.bornAt });
    if (!asBuffer(body).includes('"ttlMs"')) return;
    if (readAnswer(ending.body)?.ttlMs !== undefined) keepDeclared(begun, ending);
  }

  function keepDeclared({ call, next, asked, generation }: Begun, ending: Ending): void {
    cachings.declared(call.tool);
    const caching = cachings.of(call.tool);
    if (call.request.cache === "bypass") return;
    const { key, partition } = callKey(call.request, call.principal, caching.keyRules);
    if (key === undefined) return;
    const ask = { call, next, caching, key, partition, generation };
    void keeper.keep(ask, ending, { asked, claim: {} });
  }

  return (call, next, caching) => {
    if (!caching.mayDeclare) return next(call);
    const generation = generations.sum(caching.scopes);
    const begun = { call, next, asked: keeper.now(), generation };
    const ending = next(call);
    if (!(ending instanceof Promise)) {
      watch(begun, ending);
      return ending;
    }
    return ending.then((value) => {
      watch(begun, value);
      return value;
    });
  };
}
