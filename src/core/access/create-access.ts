import { timingSafeEqual } from "node:crypto";
import { GatewayError } from "../../kernel/errors.ts";
import { hashApiKey } from "./api-key.ts";
import type { Access } from "./access.ts";
import type { AccessOptions, ApiKeyOptions } from "./options.ts";
import { principalKey, ROLES, type Principal } from "./principal.ts";
import { createRuleCheck } from "./tool-rules.ts";

/** Access whose keys can be exchanged while the daemon runs. */
export interface AccessControl extends Access {
  /**
   * Puts other keys and rules in force for all that is asked from now on.
   * @throws GatewayError `invalid-config`, and the old ones stay.
   */
  update(options: AccessOptions): void;
}

interface KnownKey {
  readonly hash: Buffer;
  readonly principal: Principal;
}

interface Keyring {
  /** By hash. Only digests are looked up, so the time this takes tells nothing about a key. */
  readonly keys: ReadonlyMap<string, KnownKey>;
  readonly anonymous: Principal | undefined;
}

const NO_HASH = Buffer.alloc(32);

/**
 * Decides who may see and call what.
 * @throws GatewayError `invalid-config` for a hash that is none, or two keys that are the same.
 */
export function createAccess(options: AccessOptions): AccessControl {
  let keyring = toKeyring(options);
  const allows = createRuleCheck();

  return {
    update(changed) {
      keyring = toKeyring(changed);
    },
    authenticate(token) {
      if (token === undefined) {
        if (keyring.anonymous !== undefined) return keyring.anonymous;
        const hint = "An API key is needed: send it as 'Authorization: Bearer …'.";
        throw new GatewayError("unauthenticated", hint, {});
      }
      const hash = hashApiKey(token);
      const key = keyring.keys.get(hash.toString("hex"));
      const isEqual = timingSafeEqual(hash, key?.hash ?? NO_HASH);
      if (key !== undefined && isEqual) return key.principal;
      const hint = "The API key is not known; 'switchboard keys new' makes one.";
      throw new GatewayError("unauthenticated", hint, {});
    },
    canUse: (principal, tool) => allows(principal.rules, tool.id),
    requireRole(principal, role, action) {
      if (ROLES.indexOf(principal.role) >= ROLES.indexOf(role)) return;
      const reason = `role ${role} is needed to ${action}, "${principal.id}" has role ${principal.role}`;
      throw new GatewayError("forbidden", `Not allowed: ${reason}.`, { reason });
    },
  };
}

function toKeyring(options: AccessOptions): Keyring {
  const problems = keyProblems(options.apiKeys);
  if (problems.length > 0) {
    throw new GatewayError("invalid-config", problems.join("; "), { problems });
  }
  const keys = new Map<string, KnownKey>();
  for (const { id, hash, tenant, role, allow, deny } of options.apiKeys) {
    const principal: Principal = { id, tenant, role, rules: { allow, deny } };
    keys.set(hash.toLowerCase(), { hash: Buffer.from(hash, "hex"), principal });
  }
  const { role, allow, deny } = options.anonymous;
  const anonymous: Principal = { id: "anonymous", tenant: "default", role, rules: { allow, deny } };
  return { keys, anonymous: options.allowAnonymous ? anonymous : undefined };
}

function keyProblems(keys: readonly ApiKeyOptions[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [index, { id, hash, tenant }] of keys.entries()) {
    const at = `auth.apiKeys[${index}]`;
    if (!/^[0-9a-f]{64}$/i.test(hash)) {
      problems.push(`${at}.hash must be 64 hex digits, got ${hash.length} characters`);
    }
    for (const name of [`hash ${hash.toLowerCase()}`, `id ${principalKey({ tenant, id })}`]) {
      if (seen.has(name))
        problems.push(`${at} has the same ${name.split(" ")[0]} as an earlier key`);
      seen.add(name);
    }
    if (id === "anonymous") problems.push(`${at}.id must not be "anonymous"`);
  }
  return problems;
}
