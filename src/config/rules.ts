import { isLoopback } from "../kernel/loopback.ts";
import type { ConfigOptions } from "./option-groups.ts";
import type { ConfigPath } from "./problem.ts";

/** A rule between settings that is broken, at the setting to change. */
export interface BrokenRule {
  readonly path: ConfigPath;
  readonly message: string;
  /** Other settings that led here: the rule says nothing while one of them is wrong in itself. */
  readonly dependsOn?: readonly ConfigPath[];
}

/** Checks what no setting can be checked for alone. */
export function checkRules(options: ConfigOptions, insecure: boolean): BrokenRule[] {
  return [...accessRules(options, insecure), ...keyRules(options), ...redisRules(options)];
}

/**
 * Whether callers without a key are let in: on loopback unless forbidden or keys are there, elsewhere
 * only with `--insecure` and without keys.
 */
export function allowsAnonymous(options: ConfigOptions, insecure: boolean): boolean {
  const { access, auth, http } = options;
  if (auth.anonymous === "never") return false;
  const hasKeys = access.apiKeys.length > 0;
  if (isLoopback(http.host)) return auth.anonymous === "loopback" || !hasKeys;
  return insecure && !hasKeys;
}

function accessRules(options: ConfigOptions, insecure: boolean): BrokenRule[] {
  const { access, auth, http } = options;
  if (access.apiKeys.length > 0) return [];
  const dependsOn = [["auth", "apiKeys"]];
  if (!isLoopback(http.host) && !insecure) {
    const message = `"${http.host}" can be reached from other machines, and there are no keys. Add one to auth.apiKeys ("switchboard keys new" makes it), listen on 127.0.0.1, or start with --insecure.`;
    return [{ path: ["gateway", "host"], message, dependsOn }];
  }
  if (auth.anonymous !== "never") return [];
  const message =
    'is "never", but there are no keys, so nobody could come in. Add one to auth.apiKeys ("switchboard keys new" makes it).';
  return [{ path: ["auth", "anonymous"], message, dependsOn }];
}

function keyRules({ access }: ConfigOptions): BrokenRule[] {
  const broken: BrokenRule[] = [];
  const ids = new Set<string>();
  const hashes = new Set<string>();
  for (const [index, { id, tenant, hash }] of access.apiKeys.entries()) {
    const name = `${tenant}\0${id}`;
    const path = ["auth", "apiKeys", index];
    if (ids.has(name)) {
      const message = `"${id}" names two keys of tenant "${tenant}". Rename one of them.`;
      broken.push({ path: [...path, "id"], message });
    }
    if (hashes.has(hash)) {
      const message = "is the hash of an earlier key too. Each key may stand once.";
      broken.push({ path: [...path, "hash"], message });
    }
    ids.add(name);
    hashes.add(hash);
  }
  return broken;
}

/** Settings of `redis` that mean nothing without another. */
const REDIS_PAIRS = [
  ["username", "password"],
  ["tlsCertFile", "tlsKeyFile"],
  ["tlsKeyFile", "tlsCertFile"],
] as const;

function redisRules({ redis }: ConfigOptions): BrokenRule[] {
  const broken = REDIS_PAIRS.filter(
    ([key, other]) => redis[key] !== undefined && redis[other] === undefined,
  ).map(([key, other]) => ({
    path: ["redis", key],
    message: `needs redis.${other} beside it.`,
  }));
  const { url, sentinels, cluster, db } = redis;
  const places = {
    url: url !== undefined,
    sentinels: sentinels.length > 0,
    cluster: cluster.length > 0,
  };
  const [first, second] = Object.entries(places).flatMap(([key, isGiven]) =>
    isGiven ? [key] : [],
  );
  if (second !== undefined) {
    const message = `there is redis.${first} already. Keep the one that says where the Redis is.`;
    broken.push({ path: ["redis", second], message });
  }
  if (places.cluster && db !== 0) {
    const message = `is ${db}, but a cluster has only database 0. Leave it out.`;
    broken.push({ path: ["redis", "db"], message });
  }
  return broken;
}
