import type { BoundMetric } from "../metrics/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { DenseSides } from "./dense-sides.ts";
import type { SearchMode } from "./discovery.ts";
import type { EmbeddingModel } from "./embedder.ts";
import { fusionWeights } from "./fusion.ts";
import type { LexicalIndex, LexicalQuery } from "./lexical/lexical-index.ts";
import type { DiscoveryOptions } from "./options.ts";
import type { DenseQuery, RankedSlot, Ranker } from "./ranker.ts";

/** Hits that are looked at to tell whether anything fits. */
const JUDGED_HITS = 3;

/** A query to find tools for. */
export interface ToolQuery {
  readonly text: string;
  /** What is wanted; default `hybrid`. */
  readonly mode?: SearchMode | undefined;
  /** Slots that are wanted; default: all candidates. */
  readonly count?: number;
  /** The slots that may be found, asked for right before they are searched. */
  readonly mask: () => Uint8Array | undefined;
}

/** What was found. */
export interface FoundTools {
  readonly ranked: readonly RankedSlot[];
  /** What was really used. */
  readonly mode: SearchMode;
  /** Whether none of the slots fits. */
  readonly abstained: boolean;
  /** The embedding model, if one took part. */
  readonly model: EmbeddingModel | undefined;
}

interface ToolSearchDeps {
  readonly lexical: LexicalIndex;
  readonly ranker: Ranker;
  readonly sides: DenseSides;
  readonly clock: Clock;
  readonly embedDuration: BoundMetric;
}

/** Finds slots for a text by whatever sides can answer, and tells whether any of them fits. */
export class ToolSearch {
  readonly #options: DiscoveryOptions;
  readonly #deps: ToolSearchDeps;

  constructor(options: DiscoveryOptions, deps: ToolSearchDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** @throws the signal's reason when it aborts first. */
  async find(query: ToolQuery, signal: AbortSignal): Promise<FoundTools> {
    signal.throwIfAborted();
    const dense = query.mode === "lexical" ? undefined : await this.#embed(query.text, signal);
    return this.findEmbedded(query, dense);
  }

  /** As `find`, for a query whose vector is known or cannot be had. */
  findEmbedded(
    query: ToolQuery,
    dense: (DenseQuery & { model: EmbeddingModel }) | undefined,
  ): FoundTools {
    const { lexical, ranker } = this.#deps;
    const mode = dense === undefined ? "lexical" : (query.mode ?? "hybrid");
    const words = lexical.query(query.text);
    const ranked = ranker.rank({
      words: mode === "dense" ? undefined : words,
      dense,
      weights: fusionWeights(this.#options, dense?.model),
      mask: query.mask(),
      ...(query.count === undefined ? {} : { count: Math.max(query.count, JUDGED_HITS) }),
    });
    const abstained = !this.#fits(ranked.slice(0, JUDGED_HITS), { words, model: dense?.model });
    return { ranked, mode, abstained, model: dense?.model };
  }

  async #embed(
    text: string,
    signal: AbortSignal,
  ): Promise<(DenseQuery & { model: EmbeddingModel }) | undefined> {
    const { clock, embedDuration, sides } = this.#deps;
    const startedAt = clock.monotonic();
    const embedded = await sides.embed([text], signal);
    embedDuration.observe((clock.monotonic() - startedAt) / 1000);
    const vector = embedded?.vectors[0];
    if (embedded === undefined || vector === undefined) return undefined;
    return { vector, side: embedded.side, model: embedded.side.embedder.model };
  }

  /** Something fits that is near by embedding, or has enough words in common with the query. */
  #fits(
    ranked: readonly RankedSlot[],
    query: { words: LexicalQuery; model: EmbeddingModel | undefined },
  ): boolean {
    const { words, model } = query;
    const { lexical } = this.#deps;
    const { abstainBelowCosine, abstainBelowShare } = this.#options;
    return ranked.some(({ slot, signals }) => {
      if (model !== undefined && (signals.dense ?? 0) >= model.abstainBelow) return true;
      if ((signals.cosine ?? 0) >= abstainBelowCosine) return true;
      return lexical.share(words, slot) >= abstainBelowShare;
    });
  }
}
