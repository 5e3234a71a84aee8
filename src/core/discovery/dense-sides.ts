import { GatewayError, isGatewayError } from "../../kernel/errors.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import { DenseSide } from "./dense-side.ts";
import type { DocumentEmbedding } from "./embed-documents.ts";
import type { EmbeddingModel, TermWeights } from "./embedder.ts";
import type { IndexUpkeep } from "./index-upkeep.ts";
import type { DiscoveryOptions } from "./options.ts";
import { QueryEmbedder } from "./query-embedder.ts";
import type { VectorIndex, VectorIndexIdentity } from "./vector-index.ts";

interface DenseSidesDeps {
  readonly createVectorIndex: (identity: VectorIndexIdentity) => VectorIndex | Promise<VectorIndex>;
  readonly upkeep: IndexUpkeep;
  readonly weights: TermWeights;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A side with the embedder of its queries. */
interface PairedSide {
  readonly side: DenseSide;
  readonly queries: QueryEmbedder;
}

/** A query's vector, with the side it belongs to. */
export interface EmbeddedQueries {
  readonly side: DenseSide;
  /** In the order of the texts; `undefined` for a text in which the model finds nothing. */
  readonly vectors: readonly (Float32Array | undefined)[];
}

/** The dense side in use, and perhaps one that is being built to take its place. */
export class DenseSides implements AsyncDisposable {
  readonly #options: DiscoveryOptions;
  readonly #deps: DenseSidesDeps;
  #active: PairedSide | undefined;
  #building: PairedSide | undefined;
  #wanted: EmbeddingModel | undefined;
  #generation = 0;
  #failure: string | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  #tellBuilt: (isInUse: boolean) => void = () => undefined;

  constructor(options: DiscoveryOptions, deps: DenseSidesDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** The side that answers; `undefined` while only words do. */
  get active(): DenseSide | undefined {
    return this.#active?.side;
  }

  /** The model in use, or the one that will be. */
  get model(): EmbeddingModel | undefined {
    return this.#active?.side.embedder.model ?? this.#wanted;
  }

  /** What keeps something better from being in use, in words for the operator. */
  notes(): string[] {
    const notes = this.#failure === undefined ? [] : [this.#failure];
    for (const pair of [this.#active, this.#building]) {
      if (pair === undefined) continue;
      const { id } = pair.side.embedder.model;
      if (pair.side.failure !== undefined) {
        notes.push(`Tools cannot be embedded with ${id} (tried again): ${pair.side.failure}`);
      }
      if (pair.queries.failure !== undefined) {
        notes.push(`Queries cannot be embedded with ${id}: ${pair.queries.failure}`);
      }
    }
    if (this.#active !== undefined && this.#building !== undefined) {
      const { id } = this.#building.side.embedder.model;
      notes.push(`Tools are being embedded with ${id}; until then ${this.model?.id} answers.`);
    }
    return notes;
  }

  /**
   * Builds a side for another embedder in the background, and lets it answer once every tool is
   * embedded. Resolves with `true` then, with `false` when a later call came first.
   * @throws GatewayError `index-failed` when no vector index can be made.
   */
  async use(embedding: DocumentEmbedding): Promise<boolean> {
    const starting = this.#start(embedding);
    this.#starting = starting.catch(() => undefined);
    const { built } = await starting;
    return built;
  }

  /**
   * The vectors of queries, all of one side; `undefined` when no side can answer.
   * @throws the signal's reason when it aborts first.
   */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<EmbeddedQueries | undefined> {
    // A side may be replaced while it embeds; its vectors mean nothing to the next one.
    for (let attempt = 0; attempt < 2; attempt++) {
      const active = this.#active;
      if (active === undefined) return undefined;
      const vectors = await Promise.all(texts.map((text) => active.queries.embed(text, signal)));
      if (active !== this.#active) continue;
      return vectors.some((vector) => vector !== undefined)
        ? { side: active.side, vectors }
        : undefined;
    }
    return undefined;
  }

  /** Resolves when the side in use (or the first one) has embedded what it knows of, or failed to. */
  async settled(): Promise<void> {
    if (this.#active === undefined) await this.#starting;
    await (this.#active ?? this.#building)?.side.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#generation += 1;
    await this.#starting;
    const sides = [this.#active, this.#building];
    this.#active = undefined;
    for (const pair of sides) await this.#drop(pair);
  }

  async #start(embedding: DocumentEmbedding): Promise<{ built: Promise<boolean> }> {
    this.#generation += 1;
    const generation = this.#generation;
    const { id: model, dimension } = embedding.embedder.model;
    this.#wanted = embedding.embedder.model;
    await this.#drop(this.#building);
    const index = await this.#open({ model, dimension });
    if (generation === this.#generation) return { built: this.#build(embedding, index) };
    await index[Symbol.asyncDispose]();
    return { built: Promise.resolve(false) };
  }

  async #open(identity: VectorIndexIdentity): Promise<VectorIndex> {
    try {
      const index = await this.#deps.createVectorIndex(identity);
      this.#failure = undefined;
      return index;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `No vector index could be made for ${identity.model}: ${reason}`;
      this.#failure = message;
      if (isGatewayError(error, "index-failed")) throw error;
      throw new GatewayError("index-failed", message, { index: identity.model, cause: error });
    }
  }

  #build(embedding: DocumentEmbedding, index: VectorIndex): Promise<boolean> {
    const { upkeep, weights, clock, log } = this.#deps;
    const { embedder } = embedding;
    const onComplete = (): void => this.#swap(pair);
    const { documents } = upkeep;
    const pair = {
      side: new DenseSide({ embedding, index, documents, clock, log, onComplete }),
      queries: new QueryEmbedder(this.#options, { embedder, weights, clock, log }),
    };
    this.#building = pair;
    upkeep.attach(pair.side);
    return new Promise((resolve) => {
      this.#tellBuilt = resolve;
    });
  }

  #swap(pair: PairedSide): void {
    if (this.#building !== pair) return;
    const previous = this.#active;
    this.#active = pair;
    this.#building = undefined;
    const { id: model, dimension } = pair.side.embedder.model;
    this.#deps.log.info({ model, dimension, index: pair.side.index.kind }, "Embeddings are in use");
    this.#tellBuilt(true);
    void this.#drop(previous);
  }

  async #drop(pair: PairedSide | undefined): Promise<void> {
    if (pair === undefined) return;
    if (this.#building === pair) {
      this.#building = undefined;
      this.#tellBuilt(false);
    }
    this.#deps.upkeep.detach(pair.side);
    try {
      await pair.side[Symbol.asyncDispose]();
    } catch (error) {
      this.#deps.log.warn({ err: error }, "A vector index could not be closed");
    }
  }
}
