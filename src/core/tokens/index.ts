export type { TokenCounts, TokenReport } from "./token-counts.ts";
export { definitionTokens, estimateTokens } from "./estimate-tokens.ts";
