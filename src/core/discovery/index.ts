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
export {
  DETAIL_LEVELS,
  presentTool,
  type DetailLevel,
  type PresentedTool,
} from "./present-tool.ts";
export {
  FUNCTION_FORMATS,
  toFunctionTool,
  type AnthropicTool,
  type FunctionFormat,
  type OpenaiTool,
} from "./function-tool.ts";
export { parseToolRequests } from "./parse-tool-requests.ts";
