import type { Catalog, Tool } from "../catalog/index.ts";
import type { Metrics } from "../metrics/index.ts";
import { definitionTokens, estimateTokens } from "./estimate-tokens.ts";
import type { TokenCounts } from "./token-counts.ts";

/** What tools cost a model's context, in tokens: as counted, else estimated. */
export interface ContextCosts {
  /** A tool's whole definition, or what is shown of it instead. */
  toolTokens(tool: Tool, shown?: object): number;
  /**
   * Notes in the metrics that an answer with tools of so many tokens stood in for the catalogue.
   * @returns what the whole catalogue costs.
   */
  noteAnswer(tokens: number): number;
}

/** Makes the costs. The catalogue is estimated once for each of its states, until it has been counted. */
export function createContextCosts(deps: {
  readonly catalog: Pick<Catalog, "version" | "tools">;
  readonly tokens: TokenCounts;
  readonly metrics: Metrics;
}): ContextCosts {
  const { catalog, tokens: counts } = deps;
  const saved = deps.metrics.bind("discoveryTokensSaved", {});
  let estimate = { version: -1, tokens: 0 };

  function catalogueTokens(): number {
    if (counts.catalogueTokens > 0) return counts.catalogueTokens;
    if (estimate.version !== catalog.version) {
      const costs = catalog.tools().map((tool) => definitionTokens(tool, counts));
      const sum = costs.reduce((total, cost) => total + cost, 0);
      estimate = { version: catalog.version, tokens: sum };
    }
    return estimate.tokens;
  }

  return {
    toolTokens(tool, shown) {
      if (shown === undefined) return definitionTokens(tool, counts);
      return estimateTokens(Buffer.byteLength(JSON.stringify(shown)));
    },
    noteAnswer(tokens) {
      const catalogue = catalogueTokens();
      saved.add(Math.max(0, catalogue - tokens));
      return catalogue;
    },
  };
}
