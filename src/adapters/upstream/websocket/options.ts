/** How servers over WebSocket are reached. */
export interface WebSocketUpstreamOptions {
  /** How long the upgrade may take, in ms. 100–120,000, default 10,000. */
  readonly handshakeTimeoutMs: number;
  /** Largest message, in bytes. 1,024–1,073,741,824, default 10 MiB. */
  readonly maxMessageBytes: number;
  /** Bytes that may wait to be sent. 65,536–1,073,741,824, default 16 MiB. */
  readonly maxBufferedBytes: number;
  /** Requests under way at once on one socket. 1–100,000, default 1,024. */
  readonly maxInFlight: number;
  /** Time between pings; a socket that has not answered the last one is given up, in ms. 1,000–3,600,000, default 30,000. */
  readonly pingIntervalMs: number;
  /** How long the server may take to answer a close, in ms. 0–60,000, default 1,000. */
  readonly closeTimeoutMs: number;
}

export const WEBSOCKET_UPSTREAM_DEFAULTS: WebSocketUpstreamOptions = {
  handshakeTimeoutMs: 10_000,
  maxMessageBytes: 10 * 1024 * 1024,
  maxBufferedBytes: 16 * 1024 * 1024,
  maxInFlight: 1_024,
  pingIntervalMs: 30_000,
  closeTimeoutMs: 1_000,
};
