import { LRUCache } from "lru-cache";
import { abortable, childAbort, type Cancellation } from "../../../kernel/abort.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/log.ts";
import { toUnit, type Embedder } from "../../discovery/index.ts";

/** A call must not wait longer for its neighbours than it would for most servers. */
const TIMEOUT_MS = 250;
/** How long a model that failed is left alone. */
const REST_MS = 5_000;
/** What was looked for and not found is taken up a moment later. */
const MAX_KEPT = 512;

/** One vector for each text. */
export type PartVectors = readonly Float32Array[];

/** Embeds the texts of a call with one model, at once where the model can. Never rejects. */
export class PartEmbedder {
  readonly embedder: Embedder;
  readonly #deps: { readonly clock: Clock; readonly log: Logger };
  readonly #kept = new LRUCache<string, Float32Array>({ max: MAX_KEPT });
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(embedder: Embedder, deps: { readonly clock: Clock; readonly log: Logger }) {
    this.embedder = embedder;
    this.#deps = deps;
  }

  /** `undefined` when the model fails, rests, or finds nothing in one of the texts. */
  embed(
    texts: readonly string[],
    signal: Cancellation,
  ): PartVectors | undefined | Promise<PartVectors | undefined> {
    if (signal.aborted || this.#deps.clock.monotonic() < this.#restsUntil) return undefined;
    try {
      const vectors = texts.map((text) => this.#kept.get(text) ?? this.#ask(text, signal));
      if (vectors.every((vector) => vector instanceof Float32Array)) {
        return this.#take(texts, vectors);
      }
      return Promise.all(vectors.map(async (vector) => vector)).then(
        (embedded) => this.#take(texts, embedded),
        (error: unknown) => this.#fail(error, signal),
      );
    } catch (error) {
      return this.#fail(error, signal);
    }
  }

  #ask(text: string, signal: Cancellation): Float32Array | Promise<Float32Array> {
    const limited = childAbort(signal);
    const work = this.embedder.embedQuery(text, { signal: limited.signal });
    if (work instanceof Float32Array) {
      limited[Symbol.dispose]();
      return work;
    }
    const timer = this.#deps.clock.after(TIMEOUT_MS, () => limited.abort(this.#timeout()));
    return abortable(work, limited.signal).finally(() => {
      timer[Symbol.dispose]();
      limited[Symbol.dispose]();
    });
  }

  #take(texts: readonly string[], vectors: readonly Float32Array[]): PartVectors | undefined {
    const { dimension } = this.embedder.model;
    const units: Float32Array[] = [];
    for (const [place, vector] of vectors.entries()) {
      const unit = vector.length === dimension ? toUnit(vector) : undefined;
      if (unit === undefined) return undefined;
      this.#kept.set(texts[place]!, unit);
      units.push(unit);
    }
    return units;
  }

  #fail(error: unknown, signal: Cancellation): undefined {
    if (signal.aborted) return;
    const { clock, log } = this.#deps;
    this.#restsUntil = clock.monotonic() + REST_MS;
    const fields = { err: error, model: this.embedder.model.id, restMs: REST_MS };
    log.warn(fields, "A call could not be embedded; its neighbours are not looked for.");
  }

  #timeout(): GatewayError {
    const { id } = this.embedder.model;
    const message = `Embedding the arguments of a call took longer than ${TIMEOUT_MS} ms.`;
    return new GatewayError("embedding-failed", message, { model: id });
  }
}
