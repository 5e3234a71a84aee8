import type * as Transformers from "@huggingface/transformers";
import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from "@huggingface/transformers";
import { meanPool } from "./mean-pooling.ts";
import type { InferenceSettings } from "./inference-protocol.ts";
import { tokenBatches } from "./token-batches.ts";

type Library = typeof Transformers;

/** A loaded model that embeds on this thread, blocking it while a batch runs. */
export interface LocalModel {
  readonly dimension: number;
  readonly maxTokens: number;
  /**
   * Unit vectors, row by row. Looks at the signal between batches.
   * @throws the signal's reason, or an Error from the model.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array>;
}

/** Where neither tokenizer nor model says how long a text may be. */
const DEFAULT_MAX_TOKENS = 512;
/** No token of ordinary text is longer on average; spares the tokenizer what would be cut anyway. */
const MAX_CHARACTERS_PER_TOKEN = 32;

/** Loads tokenizer and model; `onProgress` hears of downloads, in bytes of all files. */
export async function loadLocalModel(
  library: Library,
  settings: InferenceSettings,
  onProgress: (loadedBytes: number, totalBytes: number) => void,
): Promise<LocalModel> {
  const { source, hubUrl } = settings;
  library.env.cacheDir = settings.cacheDir;
  library.env.allowRemoteModels = !settings.isLocalOnly;
  library.env.logLevel = library.LogLevel.ERROR;
  if (hubUrl !== undefined) library.env.remoteHost = hubUrl.replace(/\/*$/, "/");
  const shared = { local_files_only: settings.isLocalOnly, cache_dir: settings.cacheDir };
  // First, since it alone says clearly when a model is not there.
  const config = await library.AutoConfig.from_pretrained(source, shared);
  const tokenizer = await library.AutoTokenizer.from_pretrained(source, shared);
  const model = await library.AutoModel.from_pretrained(source, {
    ...shared,
    config,
    subfolder: settings.subfolder,
    dtype: settings.dtype,
    device: "cpu",
    session_options: { intraOpNumThreads: settings.threads, interOpNumThreads: 1 },
    progress_callback: (progress) => {
      if (progress.status === "progress_total") onProgress(progress.loaded, progress.total);
    },
  });
  const maxTokens = longestText(tokenizer, model);
  const run = createRunner(library, { tokenizer, model });
  const probe = await run([encode(tokenizer, "probe", maxTokens)]);
  return {
    dimension: probe.length,
    maxTokens,
    async embed(texts, signal) {
      const encoded = texts.map((text) => encode(tokenizer, text, maxTokens));
      const rows = new Float32Array(texts.length * probe.length);
      const lengths = encoded.map((ids) => ids.length);
      for (const batch of tokenBatches(lengths, settings.maxBatchTokens)) {
        signal.throwIfAborted();
        const vectors = await run(batch.map((place) => encoded[place]!));
        for (const [index, place] of batch.entries()) {
          const start = index * probe.length;
          rows.set(vectors.subarray(start, start + probe.length), place * probe.length);
        }
      }
      return rows;
    },
  };
}

/** Token ids of a text, cut to the model's length; the token that ends a text stays at the end. */
function encode(tokenizer: PreTrainedTokenizer, text: string, maxTokens: number): number[] {
  const beginning = text.slice(0, maxTokens * MAX_CHARACTERS_PER_TOKEN);
  const { input_ids: ids } = tokenizer(beginning, { return_tensor: false });
  const last = ids.at(-1);
  if (ids.length <= maxTokens || last === undefined) return ids;
  const isEnding = tokenizer.all_special_ids.includes(last);
  return isEnding ? [...ids.slice(0, maxTokens - 1), last] : ids.slice(0, maxTokens);
}

function longestText(tokenizer: PreTrainedTokenizer, model: PreTrainedModel): number {
  const { max_position_embeddings: positions } = model.config as {
    max_position_embeddings?: unknown;
  };
  const limits = [tokenizer.config?.["model_max_length"], positions].filter(
    (limit): limit is number => typeof limit === "number" && limit >= 2 && limit <= 1_000_000,
  );
  return limits.length === 0 ? DEFAULT_MAX_TOKENS : Math.min(...limits);
}

/** Runs one padded batch and pools it. */
function createRunner(
  library: Library,
  { tokenizer, model }: { tokenizer: PreTrainedTokenizer; model: PreTrainedModel },
): (batch: readonly (readonly number[])[]) => Promise<Float32Array> {
  const padding = BigInt(tokenizer.pad_token_id ?? 0);
  return async (batch) => {
    const lengths = batch.map((ids) => ids.length);
    const width = Math.max(...lengths);
    const shape = [batch.length, width];
    const ids = new BigInt64Array(batch.length * width).fill(padding);
    const mask = new BigInt64Array(batch.length * width);
    for (const [row, tokens] of batch.entries()) {
      ids.set(tokens.map(BigInt), row * width);
      mask.fill(1n, row * width, row * width + tokens.length);
    }
    const output = (await model({
      input_ids: new library.Tensor("int64", ids, shape),
      attention_mask: new library.Tensor("int64", mask, shape),
      token_type_ids: new library.Tensor("int64", new BigInt64Array(ids.length), shape),
    })) as Readonly<Record<string, Tensor>>;
    const hidden = hiddenStates(output);
    const data = hidden.to("float32").data as Float32Array;
    return meanPool({ data, lengths, width, dimension: hidden.dims[2]! });
  };
}

function hiddenStates(output: Readonly<Record<string, Tensor>>): Tensor {
  const hidden = output["last_hidden_state"] ?? output["token_embeddings"];
  if (hidden?.dims.length === 3) return hidden;
  const names = Object.keys(output).join(", ");
  throw new Error(`the model gives ${names} but no last_hidden_state; it is no embedding model`);
}
