export type {
  Discovery,
  DiscoveryStatus,
  SearchAnswer,
  SearchHit,
  SearchMode,
  SearchRequest,
  ToolRequest,
  ToolRequestGroup,
} from "./discovery.ts";
export type { Embedder, EmbeddingModel, TermWeights } from "./embedder.ts";
export type { VectorHits, VectorIndex, VectorIndexIdentity } from "./vector-index.ts";
