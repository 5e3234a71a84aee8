/** How servers over HTTP are reached (Streamable HTTP and the older HTTP+SSE). */
export interface HttpUpstreamOptions {
  /** How long opening a TCP and TLS connection may take, in ms. 100–120,000, default 10,000. */
  readonly connectTimeoutMs: number;
  /** Largest answer, and largest event of a stream, in bytes. 1,024–1,073,741,824, default 10 MiB. */
  readonly maxMessageBytes: number;
  /** Requests under way at once on one connection to a server. 1–100,000, default 1,024. */
  readonly maxInFlight: number;
  /** How long ending a session may take when its connection is closed, in ms. 0–60,000, default 1,000. */
  readonly endSessionTimeoutMs: number;
}

export const HTTP_UPSTREAM_DEFAULTS: HttpUpstreamOptions = {
  connectTimeoutMs: 10_000,
  maxMessageBytes: 10 * 1024 * 1024,
  maxInFlight: 1_024,
  endSessionTimeoutMs: 1_000,
};
