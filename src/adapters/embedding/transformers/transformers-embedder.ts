import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { Embedder } from "../../../core/discovery/index.ts";
import { CALIBRATION, sameMeaning, unrelatedCosine } from "../calibration.ts";
import type { EmbedderLoad } from "../embedder-load.ts";
import { EMBEDDING_DEFAULTS, type EmbeddingOptions } from "../options.ts";
import { embedNonEmpty, withPrefix } from "../vector-rows.ts";
import { missingPackage } from "./load-failure.ts";
import { openModelProcess, type ModelProcess } from "./model-process.ts";
import { findModelSource, type ModelSource } from "./model-source.ts";

/** What the embedder needs beside the section `embedding`. */
export interface TransformersEmbedderDeps {
  /** Folder where downloaded models are kept; made when needed. */
  readonly cacheDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Finds an installed package; from this file by default. */
  readonly resolvePackage?: (name: string) => string;
}

/** Texts sent to the process at once; between them an abort is heard at the latest. */
const TEXTS_AT_ONCE = 32;
/** About 50 ms of a small model on two cores. */
const MAX_BATCH_TOKENS = 2_048;
const MAX_THREADS = 4;

/**
 * Loads a model through @huggingface/transformers in a process of its own, and measures below which
 * cosine it has found nothing. Inference blocks the thread that it runs on; a process also keeps
 * the model's memory, and what crashes in native code, out of the daemon.
 *
 * Meant to run in the background: a download can take minutes, its progress is logged. A model that
 * cannot be had is an answer, not an exception; dispose the embedder to end the process.
 *
 * @throws the signal's reason, which also ends the process.
 */
export async function loadTransformersEmbedder(
  options: Partial<EmbeddingOptions>,
  deps: TransformersEmbedderDeps,
  signal: AbortSignal,
): Promise<EmbedderLoad> {
  const settings = { ...EMBEDDING_DEFAULTS, ...options };
  const resolve = deps.resolvePackage ?? createRequire(import.meta.url).resolve;
  const missing = missingPackage(resolve);
  if (missing !== undefined) {
    return { kind: "unavailable", problem: "not-installed", message: missing };
  }
  const source = findModelSource(settings);
  if (source.kind === "missing") {
    return { kind: "unavailable", problem: "model-missing", message: source.message };
  }
  try {
    return await open(settings, source, { deps, signal });
  } catch (error) {
    signal.throwIfAborted();
    const message = `The model ${source.label} could not be loaded: ${(error as Error).message}.`;
    return { kind: "unavailable", problem: "failed", message };
  }
}

type FoundSource = Extract<ModelSource, { kind: "found" }>;

async function open(
  options: EmbeddingOptions,
  source: FoundSource,
  { deps, signal }: { deps: TransformersEmbedderDeps; signal: AbortSignal },
): Promise<EmbedderLoad> {
  const { log, clock, cacheDir } = deps;
  const threads = options.threads === 0 ? halfTheCores() : options.threads;
  const settings = {
    ...source.settings,
    ...(options.url === undefined ? {} : { hubUrl: options.url }),
    cacheDir,
    threads,
    maxBatchTokens: MAX_BATCH_TOKENS,
  };
  const onProgress = (loadedBytes: number, totalBytes: number): void =>
    log.info({ model: source.label, loadedBytes, totalBytes }, "Downloading the embedding model.");
  const opened = await openModelProcess({ settings, onProgress, clock }, signal);
  if ("kind" in opened) {
    return { kind: "unavailable", problem: opened.problem, message: opened.message };
  }
  const { dimension } = opened.facts;
  if (options.dimension !== undefined && options.dimension !== dimension) {
    opened[Symbol.dispose]();
    const message = `The model ${source.label} gives vectors of ${dimension} numbers, and embedding.dimension is ${options.dimension}. Remove it, or choose another model.`;
    return { kind: "unavailable", problem: "failed", message };
  }
  try {
    const embedder = await createEmbedder(opened, { options, source, signal });
    log.info({ model: embedder.model.id, dimension }, "The embedding model is loaded.");
    return { kind: "ready", embedder };
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

function halfTheCores(): number {
  return Math.max(1, Math.min(MAX_THREADS, Math.floor(availableParallelism() / 2)));
}

async function createEmbedder(
  process: ModelProcess,
  terms: { options: EmbeddingOptions; source: FoundSource; signal: AbortSignal },
): Promise<Embedder> {
  const { dimension, checksum } = process.facts;
  const { queryPrefix, documentPrefix, timeoutMs } = terms.options;
  const { label, settings } = terms.source;
  const id = ["transformers", label, settings.dtype, checksum, documentPrefix]
    .filter((part) => part !== undefined && part !== "")
    .join(":");

  const embed = (texts: readonly string[], signal: AbortSignal): Promise<Float32Array> =>
    embedNonEmpty(texts, dimension, async (filled) => {
      const rows = new Float32Array(filled.length * dimension);
      for (let at = 0; at < filled.length; at += TEXTS_AT_ONCE) {
        signal.throwIfAborted();
        const part = await process.embed(filled.slice(at, at + TEXTS_AT_ONCE), {
          signal,
          timeoutMs,
        });
        rows.set(part, at * dimension);
      }
      return rows;
    });

  async function embedOrFail(
    prefix: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<Float32Array> {
    signal.throwIfAborted();
    try {
      return await embed(withPrefix(prefix, texts), signal);
    } catch (error) {
      signal.throwIfAborted();
      const message = `The embedding model ${id} failed: ${(error as Error).message}.`;
      throw new GatewayError("embedding-failed", message, { model: id, cause: error });
    }
  }

  const queries = await embedOrFail(queryPrefix, CALIBRATION.queries, terms.signal);
  const documents = await embedOrFail(documentPrefix, CALIBRATION.documents, terms.signal);
  const abstainBelow = terms.options.abstainBelow ?? unrelatedCosine(queries, documents, dimension);
  return {
    model: { id, dimension, abstainBelow, ...sameMeaning(terms.options) },
    embedDocuments: (texts, { signal }) => embedOrFail(documentPrefix, texts, signal),
    embedQuery: (text, { signal }) => embedOrFail(queryPrefix, [text], signal),
    async [Symbol.asyncDispose]() {
      process[Symbol.dispose]();
    },
  };
}
