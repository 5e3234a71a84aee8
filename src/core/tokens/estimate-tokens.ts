import type { Tool } from "../catalog/index.ts";
import type { TokenCounts } from "./token-counts.ts";

/**
 * UTF-8 bytes in a token of tool definitions: they are JSON Schema in English, of which o200k_base
 * makes a little under four bytes a token.
 */
const BYTES_PER_TOKEN = 4;

/** What a text of so many bytes costs, roughly, where nobody has counted. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** What a tool's whole definition costs: as counted, else as estimated. */
export function definitionTokens(tool: Tool, counts: TokenCounts): number {
  return counts.ofFingerprint(tool.fingerprint) ?? estimateTokens(tool.definition.bytes.length);
}
