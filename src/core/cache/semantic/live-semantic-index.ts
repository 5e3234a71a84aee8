import type { Cancellation } from "../../../kernel/abort.ts";
import type { Clock } from "../../../kernel/clock.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { Embedder, VectorIndex, VectorIndexIdentity } from "../../discovery/index.ts";
import type { SemanticIndex, SemanticMatch, SemanticPlace } from "../semantic-index.ts";
import type { ComparableCall } from "./comparable-call.ts";
import type { EntryBounds } from "./entry-table.ts";
import { ModelIndex } from "./model-index.ts";
import { PartEmbedder, type PartVectors } from "./part-embedder.ts";

/** Bounds of the semantic index. */
export type SemanticIndexOptions = EntryBounds;

export interface SemanticIndexDeps {
  /** The embedder in use; when its model changes, what the one before has embedded is forgotten. */
  readonly embedder: () => Embedder;
  /** Makes an empty vector index with room for four vectors an entry; the semantic index disposes of it. */
  readonly createVectorIndex: (identity: VectorIndexIdentity) => VectorIndex;
  readonly clock: Clock;
  readonly log: Logger;
}

const NOTHING = Promise.resolve(undefined);

/** The index of L3 over whichever embedder is in use. */
export class LiveSemanticIndex implements SemanticIndex {
  readonly #options: SemanticIndexOptions;
  readonly #deps: SemanticIndexDeps;
  readonly #closing = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #current: ModelIndex | undefined;

  constructor(options: SemanticIndexOptions, deps: SemanticIndexDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get size(): number {
    return this.#current?.size ?? 0;
  }

  get bytes(): number {
    return this.#current?.sizeBytes ?? 0;
  }

  find(
    place: SemanticPlace,
    args: RawJson,
    signal: Cancellation,
  ): Promise<SemanticMatch | undefined> {
    try {
      const index = this.#inUse();
      if (index === undefined || index.size === 0) return NOTHING;
      const call = index.read(place.partition, args);
      if (call === undefined) return NOTHING;
      const search = (vectors: PartVectors | undefined): SemanticMatch | undefined => {
        if (vectors === undefined || index !== this.#inUse()) return undefined;
        return index.nearest(call, vectors, place.threshold);
      };
      const vectors = index.parts.embed(plainTexts(call), signal);
      if (!(vectors instanceof Promise)) return Promise.resolve(search(vectors));
      return vectors.then(search).catch((error: unknown) => this.#fail(error));
    } catch (error) {
      return Promise.resolve(this.#fail(error));
    }
  }

  async add({ partition, server }: SemanticPlace, args: RawJson, key: string): Promise<void> {
    const { signal } = this.#stop;
    try {
      if (signal.aborted) return;
      const index = this.#inUse() ?? this.#open();
      const call = index.read(partition, args);
      if (call === undefined) return;
      const embedding = index.parts.embed(plainTexts(call), signal);
      const vectors = embedding instanceof Promise ? await embedding : embedding;
      // In the meantime the model may have changed, or everything been cleared.
      if (vectors === undefined || index !== this.#inUse()) return;
      index.put(call, vectors, { key, server, argumentBytes: Uint8Array.from(args.bytes) });
    } catch (error) {
      this.#fail(error);
    }
  }

  remove(key: string): void {
    this.#current?.remove(key);
  }

  clear(): void {
    const index = this.#current;
    if (index === undefined) return;
    this.#current = undefined;
    const closed = this.#close(index).finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The semantic index was disposed."));
    this.clear();
    await Promise.all(this.#closing);
  }

  /** The index of the model in use, if it has one. */
  #inUse(): ModelIndex | undefined {
    const model = this.#current?.parts.embedder.model.id;
    if (model !== undefined && model !== this.#deps.embedder().model.id) this.clear();
    return this.#current;
  }

  #open(): ModelIndex {
    const { createVectorIndex, clock, log } = this.#deps;
    const embedder = this.#deps.embedder();
    const { id: model, dimension } = embedder.model;
    const parts = new PartEmbedder(embedder, { clock, log });
    this.#current = new ModelIndex(this.#options, parts, createVectorIndex({ model, dimension }));
    return this.#current;
  }

  async #close(index: ModelIndex): Promise<void> {
    try {
      await index[Symbol.asyncDispose]();
    } catch (error) {
      this.#deps.log.warn({ err: error }, "A vector index of the semantic cache was not closed.");
    }
  }

  #fail(error: unknown): undefined {
    this.#deps.log.warn({ err: error }, "The semantic index failed; nothing is found.");
  }
}

function plainTexts(call: ComparableCall): string[] {
  return call.texts.map(({ plain }) => plain);
}
