import type { Embedder } from "../../core/discovery/index.ts";

/** Why a model could not be had. */
export type EmbedderProblem =
  /** A package is missing; the message says how to install it. */
  | "not-installed"
  /** The model's files are not there, and may not or cannot be downloaded. */
  | "model-missing"
  /** The hub or the service does not answer; it may later. */
  | "unreachable"
  /** The service refuses the key. */
  | "refused"
  /** Anything else; the message says what. */
  | "failed";

/** A model that is ready, or why there is none, in words an operator can act on. */
export type EmbedderLoad =
  | { readonly kind: "ready"; readonly embedder: Embedder }
  | { readonly kind: "unavailable"; readonly problem: EmbedderProblem; readonly message: string };
