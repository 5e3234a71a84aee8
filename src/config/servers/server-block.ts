import type { ServerCacheRules } from "../../core/cache/options.ts";

/** Where a server is: a program to start, a URL, or both (the program serves the URL). */
export interface EndpointBlock {
  /** Program to start. Alone: a server on stdin and stdout. With `url`: started first, then reached there. */
  readonly command?: string;
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** Variables for the program, on top of a small base environment (PATH, HOME and the like). */
  readonly env?: Readonly<Record<string, string>>;
  /** File of `NAME=value` lines for the program; `env` wins. Relative to the folder of this file. */
  readonly envFile?: string;
  /** Working directory of the program, relative to the folder of this file. Default: the daemon's own. */
  readonly cwd?: string;
  /** `http://`, `https://`, `ws://` or `wss://`. `serverUrl` and `httpUrl` are read as the same. */
  readonly url?: string;
  /** Headers sent with every request to the URL. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Transport: `stdio`; `http` (or `streamable-http`, `streamableHttp`); `sse`; `ws` (or
   * `websocket`). Default: from `command` and the URL's scheme.
   */
  readonly type?: string;
}

/** One entry of `mcpServers` or `servers`: where the server is and how it is treated. */
export interface ServerBlock extends EndpointBlock {
  /** Keeps the entry without using it. */
  readonly disabled?: boolean;
  /** What the server is for, in the operator's words; agents read it and discovery weighs it. At most 500 characters. */
  readonly description?: string;
  /** Words to filter searches by. */
  readonly tags?: readonly string[];
  /** Which of the server's tools exist here, as globs over the server's own tool names; `deny` wins. */
  readonly tools?: ToolFilterBlock;
  /** Who shares a connection: everybody, each client session, or each principal. */
  readonly isolation?: "shared" | "session" | "principal";
  /** From starting a connection to its tool list. Milliseconds, 100–600,000. */
  readonly startupTimeoutMs?: number;
  /** For one call, unless the caller asks for less. Milliseconds, 1–3,600,000. */
  readonly timeoutMs?: number;
  /** Whether each progress notification starts `timeoutMs` anew, up to `maxTimeoutMs` in all. */
  readonly extendOnProgress?: boolean;
  /** Longest a call may take when progress extends it; never less than `timeoutMs`. Milliseconds, 1–86,400,000. */
  readonly maxTimeoutMs?: number;
  /** Stops a started program that has not been called for so long; 0 never does. Milliseconds, 0–86,400,000. */
  readonly idleStopMs?: number;
  /** Calls under way at once. 1–10,000. */
  readonly maxConcurrency?: number;
  /** Calls that wait for a place; more are refused. 0–100,000. */
  readonly maxQueue?: number;
  /** Replicas: other ways to reach the same server, tried after the entry's own. At most 32. */
  readonly endpoints?: readonly EndpointBlock[];
  /** Other tools that may answer for this server's. No effect in this version. */
  readonly alternates?: unknown;
  /**
   * How answers of this server's tools are kept: `ttlMs`, `staleWhileRevalidateMs`, `staleIfErrorMs`,
   * `scope` (`identity`, `tenant` or `public`), `tags`, `invalidates`, `ignoreArguments`, `vary`,
   * `semantic`, and under `tools` the same for some of them, by globs over the server's own tool
   * names; the first that fits counts. See docs/caching.md.
   */
  readonly cache?: ServerCacheRules;
  /** Circuit settings of this server. No effect in this version. */
  readonly resilience?: unknown;
  /** Changes to what the server says of its tools. No effect in this version. */
  readonly overrides?: unknown;
}

/** Globs: `*` stands for any run of characters, `?` for one. */
export interface ToolFilterBlock {
  /** Only these tools exist; empty allows all. */
  readonly allow?: readonly string[];
  /** These tools do not exist. */
  readonly deny?: readonly string[];
}
