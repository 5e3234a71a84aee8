import type { RedisCacheOptions } from "./options.ts";

/** A node's address. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

/** What is said on every connection to prove who comes. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** Where a Redis is, read from the options. */
export type RedisPlace = {
  /** For people; never a secret. */
  readonly target: string;
  readonly credentials: Credentials;
  readonly tls: boolean;
} & (
  | {
      readonly kind: "single";
      readonly at: NodeAddress | { readonly path: string };
      readonly db: number;
    }
  | {
      readonly kind: "sentinel";
      readonly nodes: readonly NodeAddress[];
      readonly name: string;
      readonly db: number;
    }
  | { readonly kind: "cluster"; readonly nodes: readonly NodeAddress[] }
);

type PlaceOptions = Pick<
  RedisCacheOptions,
  "url" | "sentinels" | "sentinelName" | "cluster" | "username" | "password" | "db" | "tls"
>;

const DEFAULT_PORT = 6_379;
const DEFAULT_SENTINEL_PORT = 26_379;

/**
 * Reads where the Redis is: `url` first, then `sentinels`, then `cluster`.
 * @returns `undefined` when none of them is given.
 * @throws TypeError for a `url` that is none.
 */
export function readRedisPlace(options: PlaceOptions): RedisPlace | undefined {
  const { url, sentinels, sentinelName: name, cluster, db, tls } = options;
  const credentials = credentialsOf(options);
  if (url !== undefined) return readUrl(url, options);
  if (sentinels.length > 0) {
    const nodes = sentinels.map((text) => readAddress(text, DEFAULT_SENTINEL_PORT));
    const target = `sentinel ${nodes.map(formatAddress).join(",")} ${name}/${db}`;
    return { kind: "sentinel", target, credentials, tls, nodes, name, db };
  }
  if (cluster.length === 0) return undefined;
  const nodes = cluster.map((text) => readAddress(text, DEFAULT_PORT));
  const target = `cluster ${nodes.map(formatAddress).join(",")}`;
  return { kind: "cluster", target, credentials, tls, nodes };
}

function readUrl(text: string, options: PlaceOptions): RedisPlace {
  const url = new URL(text);
  const own = credentialsOf({
    ...(url.username !== "" && { username: decodeURIComponent(url.username) }),
    ...(url.password !== "" && { password: decodeURIComponent(url.password) }),
  });
  const credentials = { ...credentialsOf(options), ...own };
  if (url.protocol === "unix:") {
    const path = decodeURIComponent(url.pathname);
    const { db } = options;
    return { kind: "single", target: `unix://${path}`, credentials, tls: false, at: { path }, db };
  }
  const at = {
    host: url.hostname.replaceAll(/^\[|\]$/g, ""),
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
  };
  const db = /^\/\d+$/.test(url.pathname) ? Number(url.pathname.slice(1)) : options.db;
  const tls = options.tls || url.protocol === "rediss:";
  const target = `${tls ? "rediss" : "redis"}://${formatAddress(at)}/${db}`;
  return { kind: "single", target, credentials, tls, at, db };
}

function credentialsOf({ username, password }: Credentials): Credentials {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

/** Reads `host`, `host:port`, `[v6]:port`. */
function readAddress(text: string, defaultPort: number): NodeAddress {
  const [, host = text, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return {
    host: host.replaceAll(/^\[|\]$/g, ""),
    port: port === undefined ? defaultPort : Number(port),
  };
}

function formatAddress({ host, port }: NodeAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
