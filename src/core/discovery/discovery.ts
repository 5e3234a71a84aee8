import type { Principal } from "../access/index.ts";
import type { ServerId, Tool } from "../catalog/index.ts";

export type SearchMode = "hybrid" | "dense" | "lexical";

/** Which tools answer a need. */
export interface SearchRequest {
  /** Plain words, or text that holds `<tool_assistant>` blocks; 1–8,192 characters. */
  readonly query: string;
  /** 1–100, default 5. */
  readonly limit?: number;
  /** Only tools of these servers; an empty list is none in particular. */
  readonly servers?: readonly string[];
  /** Only tools of servers with one of these tags; an empty list is none in particular. */
  readonly tags?: readonly string[];
  /** Default: `hybrid` where the dense side is there, else `lexical`. */
  readonly mode?: SearchMode;
  /** Adds each signal's part to every hit. */
  readonly explain?: boolean;
}

/** A tool found. `score` is comparable within one answer only. */
export interface SearchHit {
  readonly tool: Tool;
  readonly score: number;
  readonly explain?: Readonly<Record<string, number>>;
}

export interface SearchAnswer {
  readonly hits: readonly SearchHit[];
  /** True when nothing fits; `hits` then holds the best near-misses. */
  readonly abstained: boolean;
  /** What was really used. */
  readonly mode: SearchMode;
  readonly tookMs: number;
}

/** One `<tool_assistant>` block of MCP-Zero (arXiv 2506.01056). */
export interface ToolRequest {
  readonly server?: string;
  readonly tool: string;
}

export interface ToolRequestGroup {
  readonly request: ToolRequest;
  /** Best servers first, with their scores; empty when the request names no server. */
  readonly servers: readonly { readonly id: ServerId; readonly score: number }[];
  readonly hits: readonly SearchHit[];
}

/** What the index is made of just now, for readiness and `doctor`. */
export interface DiscoveryStatus {
  readonly indexedTools: number;
  /** Embedding model in use. */
  readonly model: string;
  readonly dimension: number;
  /** The vector index in use; absent while only the lexical side answers. */
  readonly index?: "faiss" | "exact";
  /** Why something better is not in use, in words an operator can act on. */
  readonly notes: readonly string[];
}

/** Finds tools by meaning and by words, among those the principal may use. */
export interface Discovery extends AsyncDisposable {
  /** @throws GatewayError `invalid-request`, or the signal's reason. */
  search(request: SearchRequest, principal: Principal, signal: AbortSignal): Promise<SearchAnswer>;
  /**
   * MCP-Zero's two stages, for each request on its own: the top 5 servers, then the top tools by
   * `(server × tool) × max(server, tool)`.
   */
  request(
    requests: { readonly requests: readonly ToolRequest[]; readonly limit?: number },
    principal: Principal,
    signal: AbortSignal,
  ): Promise<readonly ToolRequestGroup[]>;
  status(): DiscoveryStatus;
  /** Resolves when every tool of the catalogue as it is now can be found. */
  settled(): Promise<void>;
}
