import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisCacheOptions } from "./options.ts";
import type { RedisPlace } from "./redis-place.ts";
import { SCRIPTS, type ScriptCommands } from "./scripts.ts";

/** The library's own type lets its constructor's be told apart by a member that we leave out. */
type NodeOptions = Omit<RedisOptions, "replyMapping">;

/** A client for commands. */
export type CommandClient = (Redis | Cluster) & ScriptCommands;

/** What clients are made with. */
export interface ClientTerms {
  readonly place: RedisPlace;
  readonly options: RedisCacheOptions;
}

/** How long a connection may take to say good-bye, in milliseconds. */
const DISCONNECT_TIMEOUT_MS = 50;

/**
 * A client that is not connected yet and never tries again by itself: whoever owns it does. It
 * queues nothing while there is no connection.
 * @throws the file system's error for a TLS file that cannot be read.
 */
export function createCommandClient({ place, options }: ClientTerms): CommandClient {
  const common = commonOptions({ place, options });
  if (place.kind !== "cluster") {
    return new Redis({ ...common, ...nodeOptions(place, options) }) as Redis & ScriptCommands;
  }
  return new Cluster([...place.nodes], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: () => null,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: options.connectTimeoutMs,
    scripts: SCRIPTS,
    redisOptions: common,
  }) as Cluster & ScriptCommands;
}

/** A client that hears messages; in a cluster from any node that `commands` knows, since all pass them on. */
export function createListener(terms: ClientTerms, commands: CommandClient): Redis {
  const { place, options } = terms;
  const common = commonOptions(terms);
  if (place.kind !== "cluster") return new Redis({ ...common, ...nodeOptions(place, options) });
  const nodes = (commands as Cluster).nodes("master");
  const { host, port } = nodes[Math.floor(Math.random() * nodes.length)]?.options ?? {};
  return new Redis({
    ...common,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
  });
}

/** Closes a client, whatever state it is in. */
export function closeClient(client: Redis | Cluster): void {
  client.disconnect();
}

function commonOptions({ place, options }: ClientTerms) {
  const tls = place.tls ? tlsOptions(options) : undefined;
  return {
    ...place.credentials,
    ...(tls !== undefined && { tls }),
    lazyConnect: true,
    enableOfflineQueue: false,
    // Commands follow each other without waiting anyway; in batches, of which one at a time is under
    // way, 64 callers got half as many look-ups a second.
    enableAutoPipelining: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    connectTimeout: options.connectTimeoutMs,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    connectionName: "switchboard",
    scripts: SCRIPTS,
  } satisfies NodeOptions;
}

function nodeOptions(
  place: Exclude<RedisPlace, { kind: "cluster" }>,
  options: RedisCacheOptions,
): NodeOptions {
  const { db } = place;
  if (place.kind === "single") return { ...place.at, db };
  const { sentinelUsername, sentinelPassword, connectTimeoutMs } = options;
  return {
    db,
    name: place.name,
    sentinels: [...place.nodes],
    sentinelRetryStrategy: () => null,
    sentinelCommandTimeout: connectTimeoutMs,
    updateSentinels: false,
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(place.tls && { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions(options) }),
  };
}

/** Read anew for each connection, so that certificates may be replaced. */
function tlsOptions(options: RedisCacheOptions): ConnectionOptions {
  const { tlsCaFile, tlsCertFile, tlsKeyFile, tlsServerName, tlsVerify } = options;
  return {
    rejectUnauthorized: tlsVerify,
    ...(tlsCaFile !== undefined && { ca: readFileSync(tlsCaFile) }),
    ...(tlsCertFile !== undefined && { cert: readFileSync(tlsCertFile) }),
    ...(tlsKeyFile !== undefined && { key: readFileSync(tlsKeyFile) }),
    ...(tlsServerName !== undefined && { servername: tlsServerName }),
  };
}
