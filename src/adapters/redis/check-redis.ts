import type { Clock } from "../../kernel/clock.ts";
import type { RedisCacheOptions } from "./options.ts";
import { createKeyspace } from "./keyspace.ts";
import { readRedisPlace } from "./redis-place.ts";
import { RedisSession } from "./redis-session.ts";
import { causeOf, describeTrouble, type RedisCause } from "./redis-trouble.ts";

/** How a Redis is doing, seen from here. */
export type RedisCheck = { readonly target: string } & (
  | {
      readonly kind: "ok";
      /** Such as `7.0.15`; absent when the user may not ask. */
      readonly version?: string;
      /** Median of a few round trips, in milliseconds. */
      readonly latencyMs: number;
      /** Things that do no harm yet, in words. */
      readonly remarks: readonly string[];
    }
  | {
      readonly kind: "failed";
      readonly reason: string;
      /** What to do about it. */
      readonly mend: string;
    }
);

const MENDS: Readonly<Record<RedisCause, string>> = {
  password: "Correct redis.password and redis.username, or those in redis.url.",
  permission: "Give the user the permissions that docs/caching.md names (redis-cli ACL SETUSER).",
  absent: "Start it, or correct the address in the section redis.",
  stranger:
    "Correct the address in the section redis: another service listens there, or it wants TLS (rediss://).",
  database: "Correct the number in redis.url or redis.db, or raise databases in redis.conf.",
  full: "Raise maxmemory, or set maxmemory-policy to allkeys-lru (redis-cli CONFIG SET), so that old entries make room.",
  other:
    "See the log of the Redis. If it has no word of this, another service may answer there, or it wants TLS (rediss://): correct the section redis.",
};

/** Round trips that are measured. */
const ROUND_TRIPS = 9;

/**
 * Connects as the shared cache would, and asks what may be wrong.
 * @returns `undefined` when the options name no Redis.
 */
export async function checkRedis(
  options: RedisCacheOptions,
  deps: { readonly clock: Clock },
  signal: AbortSignal,
): Promise<RedisCheck | undefined> {
  const place = readRedisPlace(options);
  if (place === undefined) return undefined;
  const { target } = place;
  const { channel, buckets } = createKeyspace(options.keyPrefix, place);
  const [onMessage, onRoom] = [() => undefined, () => undefined];
  const terms = { place, options, channel, onMessage, onRoom };
  try {
    using session = await RedisSession.open(terms, deps.clock, signal);
    if (session.room instanceof Error) throw session.room;
    const { entry, generations } = buckets[0]!;
    const latencies: number[] = [];
    for (let trip = 0; trip < ROUND_TRIPS; trip++) {
      const startedAt = deps.clock.monotonic();
      await session.ask((client) => client.sbLookupBuffer(entry(""), generations, 1));
      latencies.push(deps.clock.monotonic() - startedAt);
    }
    const latencyMs = latencies.toSorted((one, other) => one - other)[ROUND_TRIPS >> 1]!;
    const info = await session.ask((client) => client.info()).catch(() => "");
    const version = /^redis_version:(\S+)/m.exec(info)?.[1];
    const known = version === undefined ? {} : { version };
    return { kind: "ok", target, ...known, latencyMs, remarks: remarksOn(info) };
  } catch (error) {
    const reason = describeTrouble(error, terms);
    return { kind: "failed", target, reason, mend: MENDS[causeOf(error)] };
  }
}

function remarksOn(info: string): string[] {
  const value = (name: string): string | undefined =>
    new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1];
  const remarks: string[] = [];
  const policy = value("maxmemory_policy");
  if (policy === "noeviction") {
    const limit = value("maxmemory") === "0" ? "no maxmemory" : `maxmemory ${value("maxmemory")}`;
    remarks.push(
      `it has ${limit} and maxmemory-policy noeviction: set a maxmemory, and maxmemory-policy allkeys-lru, so that old entries make room`,
    );
  }
  const version = value("redis_version") ?? "";
  if (Number.parseInt(version, 10) < 6) remarks.push(`Redis ${version} is no longer maintained`);
  return remarks;
}
