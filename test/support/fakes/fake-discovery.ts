import type { Access } from "../../../src/core/access/index.ts";
import type { Catalog } from "../../../src/core/catalog/index.ts";
import type {
  Discovery,
  SearchAnswer,
  SearchHit,
  SearchRequest,
  ToolRequest,
} from "../../../src/core/discovery/index.ts";

/** Finds tools by the words they share with the query; remembers what was asked. */
export interface FakeDiscovery extends Discovery {
  readonly searches: readonly SearchRequest[];
  readonly requests: readonly ToolRequest[];
}

export function createFakeDiscovery(deps: { catalog: Catalog; access: Access }): FakeDiscovery {
  const searches: SearchRequest[] = [];
  const requests: ToolRequest[] = [];
  type Asking = Parameters<Discovery["search"]>[1];

  const find = (query: string, principal: Asking, limit: number): SearchHit[] => {
    const wanted = wordsOf(query);
    return deps.catalog
      .tools()
      .filter((tool) => deps.access.canUse(principal, tool))
      .map((tool) => {
        const words = wordsOf(`${tool.name} ${tool.description ?? ""}`);
        return {
          tool,
          score: wanted.filter((word) => words.includes(word)).length / wanted.length,
        };
      })
      .filter((hit) => hit.score > 0)
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit);
  };

  return {
    searches,
    requests,
    async search(request, principal) {
      searches.push(request);
      const hits = find(request.query, principal, request.limit ?? 5);
      const mode = request.mode ?? "lexical";
      const explained = hits.map((hit) =>
        request.explain === true ? { ...hit, explain: { lexical: hit.score } } : hit,
      );
      return {
        hits: explained,
        abstained: hits.length === 0,
        mode,
        tookMs: 1,
      } satisfies SearchAnswer;
    },
    async request(batch, principal) {
      requests.push(...batch.requests);
      return batch.requests.map((request) => ({
        request,
        servers: deps.catalog
          .servers()
          .filter(() => request.server !== undefined)
          .map(({ id }) => ({ id, score: 0.5 })),
        hits: find(request.tool, principal, batch.limit ?? 3),
      }));
    },
    status: () => ({
      indexedTools: deps.catalog.size,
      model: "fake",
      dimension: 4,
      index: "exact",
      notes: [],
    }),
    settled: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}
