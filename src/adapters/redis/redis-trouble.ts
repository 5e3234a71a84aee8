import type { ClientTerms } from "./redis-clients.ts";

/** What keeps a Redis from being used, as far as its mending differs. */
export type RedisCause =
  | "password"
  | "permission"
  | "absent"
  | "stranger"
  | "database"
  | "full"
  | "other";

interface Meaning {
  readonly cause: RedisCause;
  /** In words for an operator. */
  readonly words: string;
}

/** What the errors of Redis, of the system and of the library mean, by their first sign. */
const MEANINGS: readonly (readonly [RegExp, RedisCause, string])[] = [
  [/^NOAUTH\b/, "password", "it asks for a password; set redis.password"],
  [/^WRONGPASS\b/, "password", "it refuses the user name or password"],
  [/^NOPERM\b/, "permission", "the user lacks a permission"],
  [/^ERR (DB index is out of range|invalid DB index)/, "database", "it has no database {db}"],
  [/\bOOM\b/, "full", "it is full: raise maxmemory, or set maxmemory-policy to allkeys-lru"],
  [/^READONLY\b/, "other", "it is a replica that takes no writes"],
  [/^LOADING\b/, "other", "it is still loading its data"],
  [/^MASTERDOWN\b/, "other", "it has lost its master"],
  [/^CLUSTERDOWN\b/, "other", "the cluster is not whole"],
  [/^MISCONF\b/, "other", "it refuses writes, since it cannot save to disk"],
  [/^NOREPLICAS\b/, "other", "it refuses writes, since it has too few replicas"],
  [/^Unknown RESP type\b/, "stranger", "what answers at {address} is not a Redis"],
  [/\bECONNREFUSED\b/, "absent", "nothing listens there"],
  [/\bENOTFOUND\b/, "absent", "there is no such host"],
  [/\bENOENT\b/, "absent", "there is no such file"],
  [/\bEACCES\b/, "other", "permission denied"],
  [/\bETIMEDOUT\b/, "absent", "it could not be reached in time"],
  [/\b(ECONNRESET|EPIPE)\b/, "other", "the connection was cut"],
];

/** Codes after which a connection is of no use, though it still answers. */
const USELESS = /^(NOAUTH|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MISCONF)\b/;
/** Codes, possibly within the words of a script, of what is refused though the rest goes on. */
const REFUSAL = /\b(OOM|NOREPLICAS)\b/;

/** A command took too long. */
export class RedisTimeoutError extends Error {
  override readonly name = "RedisTimeoutError";
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/** There is no connection to ask. */
export class RedisAwayError extends Error {
  override readonly name = "RedisAwayError";
}

/** Whether an error came from Redis itself, in answer to a command. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === "ReplyError";
}

/** Whether an answer says that this connection, or this server, is of no use now. */
export function isUseless(error: Error): boolean {
  return USELESS.test(error.message);
}

/** Whether Redis would not take what should have been written, such as for want of room. */
export function refusesEntries(error: unknown): error is Error {
  return isReply(error) && REFUSAL.test(error.message);
}

/** What is at the bottom of an error. */
export function causeOf(error: unknown): RedisCause {
  return meaningOf(error)?.cause ?? "other";
}

/** An error in words for operators, without the secrets. */
export function describeTrouble(error: unknown, terms: ClientTerms): string {
  const meaning = meaningOf(error);
  const message = (error as Error).message.replace(/\. Please report this\.$/, "");
  const text = meaning === undefined ? message : `${inPlace(meaning, terms)} (${message})`;
  return secretsOf(terms).reduce((hidden, secret) => hidden.replaceAll(secret, "[redacted]"), text);
}

function meaningOf(error: unknown): Meaning | undefined {
  const { message, code } = error as NodeJS.ErrnoException;
  const found = MEANINGS.find(([sign]) => sign.test(message) || sign.test(code ?? ""));
  return found && { cause: found[1], words: found[2] };
}

function inPlace({ words }: Meaning, { place }: ClientTerms): string {
  const address = place.target.replace(/^rediss?:\/\//, "").replace(/\/\d+$/, "");
  const db = place.kind === "cluster" ? 0 : place.db;
  return words.replace("{address}", address).replace("{db}", String(db));
}

function secretsOf({ place, options }: ClientTerms): string[] {
  const { username, password } = place.credentials;
  return [password, username, options.sentinelPassword].filter(
    (secret): secret is string => secret !== undefined && secret !== "",
  );
}
