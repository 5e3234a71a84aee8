import { LRUCache } from "lru-cache";
import type { Clock } from "../../kernel/clock.ts";
import { principalKey, type Principal } from "../access/index.ts";
import type { DenseSide } from "./dense-side.ts";
import type { SearchAnswer, SearchRequest } from "./discovery.ts";
import type { DiscoveryOptions } from "./options.ts";
import type { VisibilityMask } from "./visibility.ts";

/** How long one is given: what could not be embedded at first may be later on. Milliseconds. */
const MAX_AGE_MS = 60_000;

/** An answer to a query in words. */
export type WordsAnswer = Omit<SearchAnswer, "tookMs">;

/** What an answer hangs on beside the request. */
export interface QueryGrounds {
  /** Made anew when the catalogue, or what the principal may see of it, has changed. */
  readonly mask: VisibilityMask;
  readonly side: DenseSide | undefined;
}

interface Kept extends QueryGrounds {
  readonly answer: WordsAnswer;
  readonly at: number;
}

/** Remembers the answers of late to queries that are asked again, until the catalogue changes. */
export class QueryCache {
  readonly #clock: Clock;
  readonly #answers: LRUCache<string, Kept>;

  /** Holds `maxKeptAnswers`, at least 1. */
  constructor(options: Pick<DiscoveryOptions, "maxKeptAnswers">, clock: Clock) {
    this.#clock = clock;
    this.#answers = new LRUCache({ max: options.maxKeptAnswers });
  }

  /** The answer given before on the same grounds. */
  find(
    request: SearchRequest,
    principal: Principal,
    grounds: QueryGrounds,
  ): WordsAnswer | undefined {
    const kept = this.#answers.get(keyOf(request, principal));
    if (kept === undefined || kept.mask !== grounds.mask || kept.side !== grounds.side) {
      return undefined;
    }
    return this.#clock.monotonic() - kept.at < MAX_AGE_MS ? kept.answer : undefined;
  }

  keep(
    { request, principal }: { readonly request: SearchRequest; readonly principal: Principal },
    grounds: QueryGrounds,
    answer: WordsAnswer,
  ): void {
    const kept = { ...grounds, answer, at: this.#clock.monotonic() };
    this.#answers.set(keyOf(request, principal), kept);
  }

  clear(): void {
    this.#answers.clear();
  }
}

function keyOf(request: SearchRequest, principal: Principal): string {
  const { query, limit, mode, servers, tags } = request;
  return JSON.stringify([principalKey(principal), query, limit, mode, servers, tags]);
}
