import { z } from "zod";
import { REDIS_DEFAULTS, type RedisCacheOptions } from "../../adapters/redis/options.ts";
import { type OptionGroup, wholeNumber } from "../option-group.ts";

const text = z.string().min(1).max(1_000);
const address = z
  .string()
  .regex(
    /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/,
    "must be host:port, such as redis-1.example.org:6379, without scheme and path.",
  );
const addresses = z.array(address).max(1_000);
const url = z
  .string()
  .regex(
    /^(rediss?:\/\/([^@/\s]*@)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?(\/\d{0,4})?|unix:\/\/([^@/\s]*@)?\/\S+)$/i,
    "must be redis://host:6379/0, rediss://host:6379/0 or unix:///path/of/redis.sock, with user:password@ before the host where needed; signs such as / and @ inside a password are written %2F and %40.",
  );

export const redisGroup: OptionGroup<RedisCacheOptions> = {
  owner: { file: "adapters/redis/options.ts", type: "RedisCacheOptions" },
  section: "redis",
  defaults: REDIS_DEFAULTS,
  settings: {
    url,
    sentinels: addresses,
    sentinelName: text,
    sentinelUsername: text,
    sentinelPassword: text,
    cluster: addresses,
    username: text,
    password: text,
    db: wholeNumber(0, 1_023),
    tls: z.boolean(),
    tlsCaFile: text,
    tlsCertFile: text,
    tlsKeyFile: text,
    tlsServerName: text,
    tlsVerify: z.boolean(),
    keyPrefix: z
      .string()
      .regex(/^[^\s{}]{1,64}$/, "must be 1–64 signs, without braces and spaces."),
    commandTimeoutMs: wholeNumber(5, 60_000),
    connectTimeoutMs: wholeNumber(100, 60_000),
    retryMaxMs: wholeNumber(100, 600_000),
    compressAboveBytes: wholeNumber(0, 268_435_456),
  },
};
