import { abortable } from "../../../kernel/abort.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { startInference, type InferenceLink, type LoadAnswer } from "./inference-link.ts";
import type { InferenceSettings, ModelFacts } from "./inference-protocol.ts";

/** A loaded model that is loaded anew when its process has died. */
export interface ModelProcess extends Disposable {
  readonly facts: ModelFacts;
  /** @throws the signal's reason, or Error when the model fails or cannot be loaded again. */
  embed(
    texts: readonly string[],
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<Float32Array>;
}

/** What a model's process is started with. */
export interface ModelProcessTerms {
  readonly settings: InferenceSettings;
  readonly onProgress: (loadedBytes: number, totalBytes: number) => void;
  readonly clock: Clock;
}

/** A model that dies again and again is not loaded more often than this. */
const RESTART_AFTER_MS = 10_000;

/**
 * Starts the process and loads the model; an answer of `unavailable` says why there is none.
 * @throws the signal's reason, or Error when the process ends before the model is loaded.
 */
export async function openModelProcess(
  terms: ModelProcessTerms,
  signal: AbortSignal,
): Promise<ModelProcess | Extract<LoadAnswer, { kind: "unavailable" }>> {
  const { link, answer } = await load(terms, signal);
  return answer.kind === "unavailable" ? answer : createModelProcess(terms, answer.facts, link);
}

async function load(
  terms: ModelProcessTerms,
  signal: AbortSignal,
): Promise<{ readonly link: InferenceLink; readonly answer: LoadAnswer }> {
  const link = startInference(terms.onProgress, terms);
  try {
    const answer = await link.load(terms.settings, signal);
    if (answer.kind === "unavailable") link.end(new Error(answer.message));
    return { link, answer };
  } catch (error) {
    link.end(error as Error);
    throw error;
  }
}

function createModelProcess(
  terms: ModelProcessTerms,
  facts: ModelFacts,
  first: InferenceLink,
): ModelProcess {
  const stopped = new AbortController();
  let current: Promise<InferenceLink> = Promise.resolve(first);
  let startedAt = terms.clock.monotonic();

  async function restart(): Promise<InferenceLink> {
    const { link, answer } = await load(terms, stopped.signal);
    if (answer.kind === "unavailable") throw new Error(answer.message);
    return link;
  }

  /** Those that come while the model is loaded anew wait for the same process. */
  async function liveLink(): Promise<InferenceLink> {
    const seen = current;
    const link = await seen.catch(() => undefined);
    if (link !== undefined && !link.isEnded) return link;
    if (current !== seen) return liveLink();
    const now = terms.clock.monotonic();
    if (now - startedAt < RESTART_AFTER_MS) {
      throw new Error("the model's process has ended and is started again in some seconds");
    }
    startedAt = now;
    current = restart();
    return current;
  }

  return {
    facts,
    async embed(texts, options) {
      stopped.signal.throwIfAborted();
      const link = await abortable(liveLink(), options.signal);
      return link.embed(texts, options);
    },
    [Symbol.dispose]() {
      const reason = new Error("the embedder was disposed");
      stopped.abort(reason);
      current.then(
        (link) => link.end(reason),
        () => undefined,
      );
    },
  };
}
