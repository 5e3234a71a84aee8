/** What Redis' own error codes mean for an operator. */
const MEANINGS: Readonly<Record<string, string>> = {
  NOAUTH: "it asks for a password; set redis.password",
  WRONGPASS: "it refuses the user name or password",
  NOPERM: "the user lacks a permission",
  READONLY: "it is a replica that takes no writes",
  LOADING: "it is still loading its data",
  MASTERDOWN: "it has lost its master",
  CLUSTERDOWN: "the cluster is not whole",
  OOM: "it is full: raise maxmemory, or set maxmemory-policy to allkeys-lru",
  MISCONF: "it refuses writes, since it cannot save to disk",
};

/** Codes after which a connection is of no use, though it still answers. */
const USELESS = /^(NOAUTH|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MISCONF)\b/;

const SYSTEM_MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  ETIMEDOUT: "it could not be reached in time",
  ECONNRESET: "the connection was cut",
};

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

/** Whether Redis had no room for what should have been written. */
export function isFull(error: unknown): boolean {
  return isReply(error) && /\bOOM\b/.test(error.message);
}

/** An error in words for operators, without the secrets. */
export function describeTrouble(error: unknown, secrets: readonly string[]): string {
  const { message, code } = error as NodeJS.ErrnoException;
  const word = /^[A-Z]+\b/.exec(message)?.[0] ?? "";
  const meaning = MEANINGS[word] ?? SYSTEM_MEANINGS[code ?? ""];
  const text = meaning === undefined ? message : `${meaning} (${message})`;
  return secrets.reduce((hidden, secret) => hidden.replaceAll(secret, "[redacted]"), text);
}
