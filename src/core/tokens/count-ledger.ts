import { LRUCache } from "lru-cache";
import type { Catalog, Tool } from "../catalog/index.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Tokens of definitions, kept by fingerprint. */
export interface CountLedger {
  ofFingerprint(fingerprint: string): number | undefined;
  /** Sum over tools; those not counted count 0. */
  sumOf(tools: readonly Tool[]): number;
  /**
   * Counts the tools of the catalogue that are not counted yet.
   * @throws the signal's reason, or what the tokenizer throws; what was counted by then is kept.
   */
  countMissing(catalog: Catalog, signal: AbortSignal): Promise<void>;
}

/** Definitions sent to the tokenizer at once; between batches the event loop runs. */
const BATCH_SIZE = 128;
const decoder = /* @__PURE__ */ new TextDecoder();

/** Makes an empty ledger of at most `maxCounts`; the least recently used make way. */
export function createCountLedger(tokenizer: Tokenizer, maxCounts: number): CountLedger {
  const counts = new LRUCache<string, number>({ max: maxCounts });
  return {
    ofFingerprint: (fingerprint) => counts.get(fingerprint),
    sumOf: (tools) => tools.reduce((sum, tool) => sum + (counts.get(tool.fingerprint) ?? 0), 0),
    async countMissing(catalog, signal) {
      const missing = new Map<string, Tool>();
      for (const tool of catalog.tools()) {
        if (!counts.has(tool.fingerprint)) missing.set(tool.fingerprint, tool);
      }
      const waiting = [...missing.values()];
      for (let at = 0; at < waiting.length; at += BATCH_SIZE) {
        signal.throwIfAborted();
        const batch = waiting.slice(at, at + BATCH_SIZE);
        const found = await tokenizer.count(batch.map(definitionText), { signal });
        batch.forEach((tool, index) => counts.set(tool.fingerprint, found[index] ?? 0));
      }
    },
  };
}

/** Compact, as clients hand it to a model; parsed aside, since the tool need not keep the value. */
function definitionText(tool: Tool): string {
  return JSON.stringify(JSON.parse(decoder.decode(tool.definition.bytes)));
}
