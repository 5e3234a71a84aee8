/**
 * The Redis that replicas share: the section `redis`. One of `url`, `sentinels` and `cluster` says
 * where it is; without any of them there is none, and each replica caches for itself.
 */
export interface RedisCacheOptions {
  /**
   * A single server: `redis://host:6379/0`, `rediss://…` with TLS, `unix:///path/of/redis.sock`;
   * with `user:password@` where it asks for them.
   */
  readonly url?: string;
  /** Sentinels as `host:port`, which know the server of the group `sentinelName`. */
  readonly sentinels: readonly string[];
  /** Name of the group that the sentinels watch. */
  readonly sentinelName: string;
  /** User at the sentinels themselves. */
  readonly sentinelUsername?: string;
  /** Password of the sentinels themselves; best written as `${NAME}`. */
  readonly sentinelPassword?: string;
  /** Some nodes of a Redis Cluster as `host:port`; they name the others. */
  readonly cluster: readonly string[];
  /** ACL user; one in `url` goes before it. */
  readonly username?: string;
  /** Its password, or the server's; one in `url` goes before it. Best written as `${NAME}`. */
  readonly password?: string;
  /** Number of the database; one in `url` goes before it. 0–1,023; a cluster has only 0. */
  readonly db: number;
  /** Speaks TLS; a `rediss://` address does so anyway. */
  readonly tls: boolean;
  /** PEM file of the authorities that the server's certificate may come from; without one, those that Node knows. */
  readonly tlsCaFile?: string;
  /** PEM file of the certificate that the gateway shows. */
  readonly tlsCertFile?: string;
  /** PEM file of its key. */
  readonly tlsKeyFile?: string;
  /** Name that the server's certificate must be made out to, where it is not the address. */
  readonly tlsServerName?: string;
  /** Checks the server's certificate. */
  readonly tlsVerify: boolean;
  /** Begins all keys and channels; replicas that share must have the same. 1–64 signs, no braces or spaces. */
  readonly keyPrefix: string;
  /** Longest wait for an answer; what takes longer counts as a miss. Milliseconds, 5–60,000. */
  readonly commandTimeoutMs: number;
  /** Longest time to connect and greet. Milliseconds, 100–60,000. */
  readonly connectTimeoutMs: number;
  /** Longest pause between attempts to get it back. Milliseconds, 100–600,000. */
  readonly retryMaxMs: number;
  /** Answers larger than this are compressed; 0 compresses none. Bytes, 0–268,435,456. */
  readonly compressAboveBytes: number;
}

/** What holds where the configuration says nothing. */
export const REDIS_DEFAULTS: RedisCacheOptions = {
  sentinels: [],
  sentinelName: "mymaster",
  cluster: [],
  db: 0,
  tls: false,
  tlsVerify: true,
  keyPrefix: "switchboard:",
  commandTimeoutMs: 100,
  connectTimeoutMs: 2_000,
  retryMaxMs: 5_000,
  compressAboveBytes: 4_096,
};
