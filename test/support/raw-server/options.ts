/** How the raw server misbehaves. Everything left out is done properly. All of it can be written as JSON. */
export type RawServerOptions = {
  /** `legacy` (default) knows `initialize`, `modern` (2026-07-28) knows `server/discover`, `both` both. */
  era?: "legacy" | "modern" | "both";
  /** What becomes of `initialize` and `server/discover`, where the era knows them. */
  opening?: "answer" | "silent" | "error" | "die";
  /** What becomes of `server/discover` in the legacy era: -32601 (default), silence, or the end of the connection. */
  unknownDiscover?: "error" | "silent" | "die";
  /** Waits so long before it answers the opening. */
  openingDelayMs?: number;
  /** The version that `initialize` answers, instead of the one asked for. */
  protocolVersion?: string;
  /** What becomes of `tools/list`: `endless` gives ever new cursors, `same-cursor` always the same. */
  list?: "answer" | "silent" | "error" | "endless" | "same-cursor" | "not-a-list";
  /** So many plain tools besides the behaviours, named tool_00001 and so on. */
  fillerTools?: number;
  /** Tools on one page of `tools/list` (default 1,000). */
  pageSize?: number;
  /** Also lists the tools of hostile-tools.ts. */
  hostileTools?: boolean;
  /** The address of the remote `$ref` among the hostile tools. */
  remoteRefUrl?: string;
  /** What becomes of every `tools/call`, whichever the tool. */
  calls?: "answer" | "silent" | "error" | "die";
  /** Every call is answered so much later. */
  callDelayMs?: number;
  /** Announces `instructions` of so many characters. */
  instructionsLength?: number;
};

/** What only the stdio server can do. */
export type RawStdioOptions = RawServerOptions & {
  /** A file (absolute path) to which every event is appended; see readJournal. Counters go on over restarts. */
  journal?: string;
  /** Bytes written to stderr at start. */
  stderrBytes?: number;
  /** Lines of garbage written to stdout at start. */
  garbageLines?: number;
  /** Starts so many children (`sleep 3600`) in its own process group. */
  children?: number;
  /** Neither SIGTERM nor the end of stdin ends it. */
  stubborn?: boolean;
  /** Ends with code 1 so long after its start. */
  exitAfterMs?: number;
};

/** What only the Streamable HTTP server can do. */
export type RawHttpOptions = RawServerOptions & {
  /** `json` (default) or `sse` answers to POST. */
  answers?: "json" | "sse";
  /** Gives out sessions and insists on them (default true; never for modern requests). */
  sessions?: boolean;
  /** Answers GET with an event stream (default) or with 405. */
  stream?: "open" | "none";
};
