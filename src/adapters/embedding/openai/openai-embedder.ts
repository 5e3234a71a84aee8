import type { Clock } from "../../../kernel/clock.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import { createSystemRandom, type Random } from "../../../kernel/random.ts";
import type { Embedder } from "../../../core/discovery/index.ts";
import { CALIBRATION, sameMeaning, unrelatedCosine } from "../calibration.ts";
import type { EmbedderLoad } from "../embedder-load.ts";
import { EMBEDDING_DEFAULTS, type EmbeddingOptions } from "../options.ts";
import { embedNonEmpty, withPrefix } from "../vector-rows.ts";
import { createEmbeddingService, type EmbeddingService } from "./embedding-service.ts";
import { embeddingsUrl } from "./embeddings-url.ts";
import { readEmbeddings } from "./read-embeddings.ts";
import { ServiceError } from "./service-error.ts";

const DEFAULT_MODEL = "text-embedding-3-small";
/** About 2,000 tokens, the least that services take; of a longer text the beginning counts. */
const MAX_TEXT_LENGTH = 8_000;
/** Services bound the tokens of a request, too. */
const MAX_REQUEST_LENGTH = 200_000;

/**
 * Opens a service with an OpenAI-compatible `/v1/embeddings`, and asks it once: for the length of
 * its vectors, and below which cosine it has found nothing. A service that cannot be used is an
 * answer, not an exception; disposing the embedder closes its connections.
 *
 * @throws the signal's reason.
 */
export async function loadOpenaiEmbedder(
  options: Partial<EmbeddingOptions>,
  { clock, random = createSystemRandom() }: { readonly clock: Clock; readonly random?: Random },
  signal: AbortSignal,
): Promise<EmbedderLoad> {
  const settings = { ...EMBEDDING_DEFAULTS, ...options };
  const url = embeddingsUrl(settings.url);
  if (url === undefined) {
    const message =
      "embedding.url is no http:// or https:// address without user name, such as http://127.0.0.1:11434/v1.";
    return { kind: "unavailable", problem: "failed", message };
  }
  const { apiKey, timeoutMs, maxRetries } = settings;
  const service = createEmbeddingService({ url, apiKey, timeoutMs, maxRetries }, { clock, random });
  try {
    return { kind: "ready", embedder: await createEmbedder(service, { settings, url, signal }) };
  } catch (error) {
    await service[Symbol.asyncDispose]();
    if (!(error instanceof ServiceError)) throw error;
    return { kind: "unavailable", problem: error.problem, message: error.message };
  }
}

async function createEmbedder(
  service: EmbeddingService,
  terms: { settings: EmbeddingOptions; url: URL; signal: AbortSignal },
): Promise<Embedder> {
  const { queryPrefix, documentPrefix, abstainBelow, ...settings } = terms.settings;
  const name = settings.model ?? DEFAULT_MODEL;
  let dimension = settings.dimension;

  async function request(texts: readonly string[], signal: AbortSignal): Promise<Float32Array> {
    const body = {
      model: name,
      input: texts,
      encoding_format: "float",
      dimensions: settings.dimension,
    };
    const answer = await service.post(body, signal);
    const read = readEmbeddings(answer, { count: texts.length, dimension });
    dimension = read.dimension;
    return read.rows;
  }

  /** Rows of texts that all hold something. */
  async function embedAll(texts: readonly string[], signal: AbortSignal): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    for (const batch of requestsOf(texts, settings.batchSize)) {
      signal.throwIfAborted();
      parts.push(await request(batch, signal));
    }
    return joined(parts);
  }

  const queries = await embedAll(withPrefix(queryPrefix, CALIBRATION.queries), terms.signal);
  const documents = await embedAll(withPrefix(documentPrefix, CALIBRATION.documents), terms.signal);
  const length = documents.length / CALIBRATION.documents.length;
  const id = ["openai", terms.url.host, name, length, documentPrefix].join(":").replace(/:$/, "");

  async function embedOrFail(texts: readonly string[], signal: AbortSignal): Promise<Float32Array> {
    signal.throwIfAborted();
    try {
      return await embedNonEmpty(texts, length, (filled) => embedAll(filled, signal));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw new GatewayError("embedding-failed", error.message, { model: id, cause: error });
    }
  }

  return {
    model: {
      id,
      dimension: length,
      abstainBelow: abstainBelow ?? unrelatedCosine(queries, documents, length),
      ...sameMeaning(settings),
    },
    embedDocuments: (texts, { signal }) => embedOrFail(withPrefix(documentPrefix, texts), signal),
    embedQuery: (text, { signal }) => embedOrFail(withPrefix(queryPrefix, [text]), signal),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

/** Parts texts into requests by count and length; each text is cut to what a service takes. */
function requestsOf(texts: readonly string[], batchSize: number): string[][] {
  const requests: string[][] = [];
  let batch: string[] = [];
  let length = 0;
  for (const text of texts) {
    const sent = text.slice(0, MAX_TEXT_LENGTH);
    if (batch.length === batchSize || length + sent.length > MAX_REQUEST_LENGTH) {
      requests.push(batch);
      batch = [];
      length = 0;
    }
    batch.push(sent);
    length += sent.length;
  }
  return batch.length === 0 ? requests : [...requests, batch];
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const rows = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows;
}
