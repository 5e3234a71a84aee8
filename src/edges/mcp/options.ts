/** Limits of the MCP edge. */
export interface McpEdgeOptions {
  /** Legacy HTTP sessions kept at once; the idlest goes first when more arrive. 1–100,000, default 10,000. */
  readonly maxSessions: number;
  /** A legacy HTTP session without traffic or stream ends after so long. Milliseconds, 1,000–604,800,000, default 1,800,000. */
  readonly sessionIdleMs: number;
  /** Open `subscriptions/listen` streams at once; more are refused. At least 1, default 1,024. */
  readonly maxSubscriptions: number;
  /** Requests under way in one session or socket; more are refused. 1–100,000, default 256. */
  readonly maxInFlight: number;
  /** Tools in one page of `tools/list`. 1–10,000, default 5,000. */
  readonly listPageSize: number;
  /** Largest message accepted, in bytes: what `gateway.maxBodyBytes` allows. Default 4,194,304 (4 MiB). */
  readonly maxMessageBytes: number;
  /** Bytes a slow reader may leave unread before its socket or stream is closed. At least 1, default 16,777,216. */
  readonly maxBufferedBytes: number;
  /** Milliseconds between keep-alives on streams and pings on sockets. At least 1, default 30,000. */
  readonly keepAliveMs: number;
}

/** What holds where the configuration says nothing. */
export const MCP_EDGE_DEFAULTS: McpEdgeOptions = {
  maxSessions: 10_000,
  sessionIdleMs: 1_800_000,
  maxSubscriptions: 1_024,
  maxInFlight: 256,
  listPageSize: 5_000,
  maxMessageBytes: 4_194_304,
  maxBufferedBytes: 16_777_216,
  keepAliveMs: 30_000,
};
