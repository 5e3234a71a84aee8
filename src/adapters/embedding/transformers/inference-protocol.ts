import type { EmbedderProblem } from "../embedder-load.ts";

/** Which model the process loads, and how it runs. */
export interface InferenceSettings {
  /** Name on the hub, or an absolute folder. */
  readonly source: string;
  readonly isFolder: boolean;
  /** Folder of the ONNX files below the source; empty for the source itself. */
  readonly subfolder: string;
  readonly dtype: "fp32" | "fp16" | "q8" | "q4";
  /** Where downloads are kept. */
  readonly cacheDir: string;
  readonly isLocalOnly: boolean;
  /** Where models are downloaded from, when not from huggingface.co. */
  readonly hubUrl?: string;
  readonly threads: number;
  /** Most tokens of one inference, padding included; in between, other requests have their turn. */
  readonly maxBatchTokens: number;
}

/** What the process found out about its model. */
export interface ModelFacts {
  readonly dimension: number;
  readonly maxTokens: number;
  /** First 8 hex digits of the SHA-256 of the weights, when they come from a local folder. */
  readonly checksum?: string;
}

/** What the daemon asks of the process. */
export type InferenceRequest =
  | { readonly kind: "load"; readonly settings: InferenceSettings }
  | { readonly kind: "embed"; readonly id: number; readonly texts: readonly string[] }
  | { readonly kind: "cancel"; readonly id: number };

/** What it answers. */
export type InferenceAnswer =
  | { readonly kind: "progress"; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly kind: "loaded"; readonly facts: ModelFacts }
  | { readonly kind: "unavailable"; readonly problem: EmbedderProblem; readonly message: string }
  | { readonly kind: "vectors"; readonly id: number; readonly vectors: Float32Array }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
