import { abortable } from "../../kernel/abort.ts";
import type { Clock } from "../../kernel/clock.ts";
import { GatewayError } from "../../kernel/errors.ts";
import type { Logger } from "../../kernel/log.ts";
import type { Embedder, TermWeights } from "./embedder.ts";
import type { DiscoveryOptions } from "./options.ts";
import { beginTimeLimit } from "./time-limit.ts";
import { toUnit } from "./unit-vector.ts";

interface QueryEmbedderDeps {
  readonly embedder: Embedder;
  readonly weights: TermWeights;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Embeds queries within a time limit. After a failure the embedder is left alone for a while, so
 * that a dead service does not make every search wait.
 */
export class QueryEmbedder {
  readonly #options: Pick<DiscoveryOptions, "queryEmbedTimeoutMs" | "embedderRestMs">;
  readonly #deps: QueryEmbedderDeps;
  #restsUntil = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;

  constructor(
    options: Pick<DiscoveryOptions, "queryEmbedTimeoutMs" | "embedderRestMs">,
    deps: QueryEmbedderDeps,
  ) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Why the last query could not be embedded; `undefined` when it could. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * The unit vector of a query; `undefined` when the embedder fails, rests, or finds nothing in it.
   * @throws the signal's reason when it aborts first.
   */
  async embed(text: string, signal: AbortSignal): Promise<Float32Array | undefined> {
    signal.throwIfAborted();
    const { embedder, weights, clock, log } = this.#deps;
    if (clock.monotonic() < this.#restsUntil) return undefined;
    try {
      const vector = await this.#withinTime(signal, (limited) =>
        embedder.embedQuery(text, { signal: limited, weights }),
      );
      if (vector.length !== embedder.model.dimension) throw wrongLength(vector, embedder);
      this.#failure = undefined;
      return toUnit(vector);
    } catch (error) {
      signal.throwIfAborted();
      this.#restsUntil = clock.monotonic() + this.#options.embedderRestMs;
      this.#failure = error instanceof Error ? error.message : String(error);
      log.warn(
        { err: error, model: embedder.model.id },
        "A query could not be embedded; words alone answer",
      );
      return undefined;
    }
  }

  async #withinTime(
    signal: AbortSignal,
    embed: (signal: AbortSignal) => Float32Array | Promise<Float32Array>,
  ): Promise<Float32Array> {
    const { clock, embedder } = this.#deps;
    const { queryEmbedTimeoutMs: timeoutMs } = this.#options;
    const reason = (): GatewayError =>
      new GatewayError(
        "embedding-failed",
        `Embedding the query took longer than ${timeoutMs} ms.`,
        { model: embedder.model.id },
      );
    using limit = beginTimeLimit(clock, { signal, timeoutMs, reason });
    const work = embed(limit.signal);
    return work instanceof Float32Array ? work : await abortable(work, limit.signal);
  }
}

function wrongLength(vector: Float32Array, { model }: Embedder): GatewayError {
  const message = `The embedding model ${model.id} answered ${vector.length} numbers for a query; ${model.dimension} were expected.`;
  return new GatewayError("embedding-failed", message, { model: model.id });
}
