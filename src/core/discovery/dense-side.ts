import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Logger } from "../../kernel/log.ts";
import { embedDocuments, type DocumentEmbedding, type EmbeddableText } from "./embed-documents.ts";
import type { Embedder } from "./embedder.ts";
import type { VectorIndex } from "./vector-index.ts";
import { nextTurn } from "./next-turn.ts";

/** Documents embedded at once, at most so many or so many characters: some milliseconds of hashing. */
const MAX_BATCH = 32;
const MAX_BATCH_CHARACTERS = 24_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/** Where the side reads what stands in a slot now. */
export interface SlotDocuments {
  /** The text of a slot; `undefined` when no tool stands there. */
  read(slot: number): EmbeddableText | undefined;
  /** The hash that `read` would give, without the work. */
  hash(slot: number): string | undefined;
}

export interface DenseSideDeps {
  readonly embedding: DocumentEmbedding;
  readonly index: VectorIndex;
  readonly documents: SlotDocuments;
  readonly clock: Clock;
  readonly log: Logger;
  /** Runs once, when every document has been embedded for the first time. */
  readonly onComplete: () => void;
}

/**
 * One embedding model with its vector index, kept up to date in the background. What fails is tried
 * again, later and later.
 */
export class DenseSide implements AsyncDisposable {
  readonly index: VectorIndex;
  readonly #deps: DenseSideDeps;
  readonly #pending = new Set<number>();
  #batch: ReadonlyMap<number, EmbeddableText> = new Map();
  readonly #stop = new AbortController();
  #waiting: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #retry: Timer | undefined;
  #retryMs = FIRST_RETRY_MS;
  #failure: string | undefined;
  #isComplete = false;

  constructor(deps: DenseSideDeps) {
    this.#deps = deps;
    this.index = deps.index;
  }

  get embedder(): Embedder {
    return this.#deps.embedding.embedder;
  }

  get embedding(): DocumentEmbedding {
    return this.#deps.embedding;
  }

  /** Whether every document has been embedded once, so that the side can answer. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Why documents could not be embedded, until it is tried again with success. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether the document of a slot is still to be embedded, so that its cosine says nothing yet. */
  isPending(slot: number): boolean {
    return this.#pending.has(slot) || this.#batch.has(slot);
  }

  /** Says that the document of these slots is new or another. */
  touch(slots: Iterable<number>): void {
    for (const slot of slots) this.#pending.add(slot);
    this.#start();
  }

  /** Forgets a slot at once. */
  forget(slot: number): void {
    this.#pending.delete(slot);
    this.index.remove(Uint32Array.of(slot));
  }

  /** Resolves when nothing is left to embed, or when embedding has failed for now. */
  settled(): Promise<void> {
    if (this.#running === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The dense side was disposed."));
    this.#retry?.[Symbol.dispose]();
    await this.#running;
    await this.index[Symbol.asyncDispose]();
  }

  #start(): void {
    if (this.#running !== undefined || this.#retry !== undefined) return;
    if (this.#stop.signal.aborted) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      // What was touched after the last batch would otherwise wait for the next touch.
      if (this.#pending.size > 0) this.#start();
      if (this.#running === undefined) this.#resolveWaiting();
    });
  }

  #resolveWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await nextTurn();
    try {
      while (this.#pending.size > 0 && !signal.aborted) {
        await this.#embedBatch(signal);
        await nextTurn();
      }
      if (signal.aborted) return;
      this.#failure = undefined;
      this.#retryMs = FIRST_RETRY_MS;
      if (this.#isComplete) return;
      this.#isComplete = true;
      this.#deps.onComplete();
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  async #embedBatch(signal: AbortSignal): Promise<void> {
    const { embedding, documents } = this.#deps;
    const batch = this.#takeBatch();
    this.#batch = batch;
    try {
      const texts = [...batch.values()];
      const vectors = await embedDocuments(texts, embedding, signal);
      const current = [...batch].map(([slot, { hash }], at) => ({
        slot,
        hash,
        vector: vectors[at],
      }));
      this.#store(current.filter(({ slot, hash }) => documents.hash(slot) === hash));
    } catch (error) {
      for (const slot of batch.keys()) this.#pending.add(slot);
      throw error;
    } finally {
      this.#batch = new Map();
    }
  }

  #takeBatch(): Map<number, EmbeddableText> {
    const batch = new Map<number, EmbeddableText>();
    let characters = 0;
    for (const slot of this.#pending) {
      if (batch.size === MAX_BATCH || characters > MAX_BATCH_CHARACTERS) break;
      this.#pending.delete(slot);
      const document = this.#deps.documents.read(slot);
      if (document === undefined) continue;
      batch.set(slot, document);
      characters += document.text.length;
    }
    return batch;
  }

  #store(rows: readonly { slot: number; vector: Float32Array | undefined }[]): void {
    const usable = rows.flatMap(({ slot, vector }) =>
      vector === undefined ? [] : [{ slot, vector }],
    );
    const empty = rows.filter(({ vector }) => vector === undefined).map(({ slot }) => slot);
    if (empty.length > 0) this.index.remove(Uint32Array.from(empty));
    if (usable.length === 0) return;
    const { dimension } = this.index.identity;
    const vectors = new Float32Array(usable.length * dimension);
    for (const [row, { vector }] of usable.entries()) vectors.set(vector, row * dimension);
    this.index.upsert(
      Uint32Array.from(usable, ({ slot }) => slot),
      vectors,
    );
  }

  #failed(error: unknown): void {
    const { clock, log } = this.#deps;
    const { id: model } = this.embedder.model;
    const retryMs = this.#retryMs;
    this.#failure = error instanceof Error ? error.message : String(error);
    log.warn({ err: error, model, retryMs }, "Tools could not be embedded; this is tried again");
    this.#retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
    this.#retry = clock.after(retryMs, () => {
      this.#retry = undefined;
      this.#start();
    });
  }
}
