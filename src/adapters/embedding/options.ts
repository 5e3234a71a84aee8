/** What turns tool descriptions and queries into vectors: the section `embedding`. */
export interface EmbeddingOptions {
  /**
   * `builtin`: word and letter hashing, nothing to install. `transformers`: a local neural model
   * through @huggingface/transformers. `openai`: a service with an OpenAI-compatible
   * `/v1/embeddings`. `auto`: starts with `builtin` and changes over to `transformers` when that is
   * installed and its model is loaded.
   */
  readonly provider: "auto" | "builtin" | "transformers" | "openai";
  /**
   * Name of the model. Without one: `Xenova/all-MiniLM-L6-v2` for `transformers`,
   * `text-embedding-3-small` for `openai`.
   */
  readonly model?: string;
  /**
   * `transformers`: folder with the model's files (`config.json`, `tokenizer.json`,
   * `tokenizer_config.json`, `onnx/model.onnx`), or a folder of such folders by model name. Without
   * one, the model is downloaded from the Hugging Face hub once and kept in the data directory.
   */
  readonly modelPath?: string;
  /** `transformers`: never tries a download, not even of a model that is not there yet. */
  readonly offline: boolean;
  /**
   * `transformers`: which of the model's weights are used. `auto`: those found at `modelPath`, the
   * exact ones first; from the hub the quantised ones (`q8`), which are a quarter the size.
   */
  readonly precision: "auto" | "fp32" | "fp16" | "q8" | "q4";
  /** `transformers`: threads of the model's own process; 0 takes half the cores, at most 4. 0–64. */
  readonly threads: number;
  /**
   * `openai`: base address of the service, such as `http://127.0.0.1:11434/v1`; `/embeddings` is
   * added, and `/v1` where there is no path. Without one: `https://api.openai.com/v1`.
   * `transformers`: a mirror of the Hugging Face hub. Without one: `https://huggingface.co`.
   */
  readonly url?: string;
  /** `openai`: sent as a bearer token; best written as `${NAME}`. */
  readonly apiKey?: string;
  /** Length of the vectors: asked of services that can shorten them, and checked. Numbers, 8–8,192. */
  readonly dimension?: number;
  /** `openai`: most texts in one request. 1–2,048. */
  readonly batchSize: number;
  /** Longest wait for one request or batch. Milliseconds, 100–600,000. */
  readonly timeoutMs: number;
  /** `openai`: further attempts after a failure that may pass. 0–10. */
  readonly maxRetries: number;
  /** Written before each query, for models that are trained so (E5: `query: `). At most 1,000 characters. */
  readonly queryPrefix: string;
  /** Written before each tool description (E5: `passage: `). At most 1,000 characters. */
  readonly documentPrefix: string;
  /**
   * Best cosine below which a search is a candidate for abstention. Without one it is measured when
   * the model is loaded, on texts that have nothing to do with each other. Cosine, 0–1.
   */
  readonly abstainBelow?: number;
  /**
   * `transformers` and `openai`: cosine from which on the semantic cache takes two texts in other
   * words for the same, if numbers, names, negations and the like are equal. Measure the model first
   * (`npm run bench:semantic-cache`); without one, only texts of the same words are. Cosine, 0.5–1.
   */
  readonly sameMeaningAbove?: number;
}

/** What holds where the configuration says nothing. */
export const EMBEDDING_DEFAULTS: EmbeddingOptions = {
  provider: "auto",
  offline: false,
  precision: "auto",
  threads: 0,
  batchSize: 64,
  timeoutMs: 30_000,
  maxRetries: 3,
  queryPrefix: "",
  documentPrefix: "",
};
