export {
  createDiscovery,
  type DiscoveryDeps,
  type SwappableDiscovery,
} from "./create-discovery.ts";
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
export {
  createMemoryEmbeddingStore,
  type EmbeddingStore,
  type StoredEmbedding,
} from "./embedding-store.ts";
export { documentBag } from "./lexical/term-weights.ts";
export { DISCOVERY_DEFAULTS, type DiscoveryOptions } from "./options.ts";
export { MAX_TOOL_REQUESTS } from "./search-checks.ts";
export { createAnalyser, type Analyser } from "./text/analyser.ts";
export { characterGrams } from "./text/character-grams.ts";
export {
  documentText,
  parseDocumentText,
  toolDocument,
  type DescribedTool,
  type ToolDocument,
  type ToolParameter,
} from "./tool-document.ts";
export { toUnit } from "./unit-vector.ts";
export type { VectorHits, VectorIndex, VectorIndexIdentity } from "./vector-index.ts";
export {
  DETAIL_LEVELS,
  presentTool,
  type DetailLevel,
  type PresentedTool,
} from "./present-tool.ts";
export {
  toFunctionTool,
  type AnthropicTool,
  type FunctionFormat,
  type OpenaiTool,
} from "./function-tool.ts";
export { parseToolRequests } from "./parse-tool-requests.ts";
