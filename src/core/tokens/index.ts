export type { TokenCounts, TokenReport } from "./token-counts.ts";
