/** Where the HTTP edge listens, and its limits. */
export interface HttpEdgeOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host: string;
  /** TCP port, 0–65,535; 0 takes a free one. Default 8700. */
  readonly port: number;
  /**
   * Names that the `Host` header may hold beside the loopback ones, without port. Bound to loopback,
   * others are refused (DNS rebinding); bound elsewhere, only when names are given here. Default none.
   */
  readonly allowedHosts: readonly string[];
  /**
   * Origins of web pages that may ask, for example `https://admin.example.org`; `*` allows all.
   * Pages that the gateway serves itself may always. Default none.
   */
  readonly allowedOrigins: readonly string[];
  /** Largest request body, in bytes, 1,024–268,435,456. Default 4,194,304 (4 MiB). */
  readonly maxBodyBytes: number;
  /** For receiving a whole request, in milliseconds, 1,000–600,000. Default 30,000. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept, in milliseconds, 1,000–600,000. Default 72,000. */
  readonly keepAliveTimeoutMs: number;
  /** Longest path parameter (tool ids, handles), in characters, 64–1,024. Default 256. */
  readonly maxParamLength: number;
  /** Between heartbeats on event streams, in milliseconds, 1,000–300,000. Default 15,000. */
  readonly heartbeatMs: number;
  /** Bytes that a slow reader may leave unread before its stream is closed. Default 1,048,576. */
  readonly maxStreamBufferBytes: number;
  /** Streams of `GET /v1/events`, and of plans that are watched, open at once; more are refused with 429. 1–100,000, default 1,000. */
  readonly maxEventStreams: number;
  /** Sockets of `/v1/ws` open at once; more are refused with 429. 1–100,000, default 1,000. */
  readonly maxSockets: number;
  /** Requests of one socket under way; more are refused. 1–100,000, default 256. */
  readonly maxSocketRequests: number;
  /** Bytes that the client of a socket may leave unread before it is closed. At least 65,536, default 16,777,216. */
  readonly maxSocketBufferBytes: number;
  /** How long the answer to an `Idempotency-Key` is kept, in milliseconds, 1,000–604,800,000. Default 86,400,000 (24 h). */
  readonly idempotencyTtlMs: number;
  /** Room for kept answers, in bytes; the oldest make way. Default 67,108,864 (64 MiB). */
  readonly idempotencyMaxBytes: number;
  /** Answers kept at most; the oldest make way. Default 10,000. */
  readonly idempotencyMaxEntries: number;
}

/** What holds where the configuration says nothing. */
export const HTTP_EDGE_DEFAULTS: HttpEdgeOptions = {
  host: "127.0.0.1",
  port: 8700,
  allowedHosts: [],
  allowedOrigins: [],
  maxBodyBytes: 4_194_304,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 72_000,
  maxParamLength: 256,
  heartbeatMs: 15_000,
  maxStreamBufferBytes: 1_048_576,
  maxEventStreams: 1_000,
  maxSockets: 1_000,
  maxSocketRequests: 256,
  maxSocketBufferBytes: 16_777_216,
  idempotencyTtlMs: 86_400_000,
  idempotencyMaxBytes: 67_108_864,
  idempotencyMaxEntries: 10_000,
};
