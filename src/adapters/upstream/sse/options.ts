/** How servers over the HTTP+SSE transport of revision 2024-11-05 are reached. */
export interface SseUpstreamOptions {
  /** How long opening a TCP and TLS connection may take, in ms. 100–120,000, default 10,000. */
  readonly connectTimeoutMs: number;
  /** Largest message, in bytes. 1,024–1,073,741,824, default 10 MiB. */
  readonly maxMessageBytes: number;
  /** Bytes of requests that may be on their way. 65,536–1,073,741,824, default 16 MiB. */
  readonly maxBufferedBytes: number;
  /** Requests under way at once on one connection. 1–100,000, default 1,024. */
  readonly maxInFlight: number;
  /** How long a server may take to accept a message; after that it counts as sent, in ms. 100–600,000, default 30,000. */
  readonly postTimeoutMs: number;
}

export const SSE_UPSTREAM_DEFAULTS: SseUpstreamOptions = {
  connectTimeoutMs: 10_000,
  maxMessageBytes: 10 * 1024 * 1024,
  maxBufferedBytes: 16 * 1024 * 1024,
  maxInFlight: 1_024,
  postTimeoutMs: 30_000,
};
