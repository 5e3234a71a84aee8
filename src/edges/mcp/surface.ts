import type { Cancellation } from "../../kernel/abort.ts";
import type { RawJson } from "../../kernel/raw-json.ts";
import type { Era, Revision } from "../../mcp/revisions.ts";
import type { Principal } from "../../core/access/index.ts";
import type { CacheMode } from "../../core/calls/index.ts";
import type { ProgressListener } from "../../core/upstream/index.ts";
import type { Answer } from "./answer.ts";

/** Who asks over MCP, and how. */
export interface Peer {
  readonly principal: Principal;
  readonly era: Era;
  readonly revision: Revision;
  /** The legacy session or the socket; modern HTTP requests have none. */
  readonly session?: string;
}

/** The params of a tools/call, taken apart. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: RawJson;
  /** The caller's `_meta` without the envelope of this hop; absent when nothing is left. */
  readonly meta?: RawJson;
  readonly traceId?: string;
  /** What the caller's `_meta` said under `switchboard/cache`. */
  readonly cache?: CacheMode;
  readonly inputResponses?: RawJson;
  readonly requestState?: string;
  readonly onProgress?: ProgressListener;
}

/** One page of a surface's tools. */
export interface ToolPage {
  /** Tool definitions as JSON texts. */
  readonly tools: readonly Uint8Array[];
  readonly nextCursor?: string;
}

/** A set of tools served at one URL: the discovery surface, the whole catalogue, one server. */
export interface Surface {
  /** Stands in session keys: a session belongs to its surface. */
  readonly name: string;
  /** What a client should know before it uses the tools. */
  instructions(principal: Principal): string | undefined;
  /** @throws RangeError when the cursor is not one of ours. */
  listTools(principal: Principal, cursor: string | undefined): ToolPage;
  callTool(call: ToolCall, peer: Peer, signal: Cancellation): Promise<Answer>;
  /** Tells when `listTools` may give something new. */
  onToolsChanged(listener: () => void): Disposable;
}

/** Finds the surface behind a path below `/mcp` (`""`, `all`, `servers/{id}`); `undefined` when there is none. */
export type SurfaceResolver = (path: string, principal: Principal) => Surface | undefined;
