export { createContextCosts, type ContextCosts } from "./context-cost.ts";
export { createTokenCounts, type TokenCountsDeps } from "./create-token-counts.ts";
export type { TokenCountsOptions } from "./options.ts";
export type { TokenCounts, TokenReport } from "./token-counts.ts";
export type { Tokenizer } from "./tokenizer.ts";
