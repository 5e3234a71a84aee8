import type { Gateway } from "../../core/gateway.ts";
import type { Tool } from "../../core/catalog/index.ts";
import { definitionTokens, estimateTokens, type TokenCounts } from "../../core/tokens/index.ts";

/** What a tool costs a model's context: its whole definition, or what is shown of it instead. */
export function toolCost(tool: Tool, shown: object | undefined, counts: TokenCounts): number {
  if (shown === undefined) return definitionTokens(tool, counts);
  return estimateTokens(Buffer.byteLength(JSON.stringify(shown)));
}

/** What the whole catalogue costs: as counted, else estimated once for each state of the catalogue. */
export function createCatalogueCost(gateway: Pick<Gateway, "catalog" | "tokens">): () => number {
  let estimate = { version: -1, tokens: 0 };
  return () => {
    const { catalog, tokens } = gateway;
    if (tokens.catalogueTokens > 0) return tokens.catalogueTokens;
    if (estimate.version !== catalog.version) {
      const costs = catalog.tools().map((tool) => definitionTokens(tool, tokens));
      const sum = costs.reduce((total, cost) => total + cost, 0);
      estimate = { version: catalog.version, tokens: sum };
    }
    return estimate.tokens;
  };
}
