import type { Role } from "./principal.ts";

/** An API key as the operator lists it; the key itself is never kept. */
export interface ApiKeyOptions {
  /** Names the principal in logs, caches and quotas; unique among the keys of a tenant. */
  readonly id: string;
  /** SHA-256 of the key as 64 hex digits: what `switchboard keys new` prints beside the key. */
  readonly hash: string;
  /** What the key may do beyond calling tools. Default `agent`. */
  readonly role: Role;
  /** Whose key it is: caches, results and quotas are kept apart by tenant. Default `default`. */
  readonly tenant: string;
  /** Globs over tool ids; empty allows all. Default none. */
  readonly allow: readonly string[];
  /** Globs over tool ids; wins over `allow`. Default none. */
  readonly deny: readonly string[];
}

/** Who may use the gateway. */
export interface AccessOptions {
  /** Keys that callers may come with. Default none. */
  readonly apiKeys: readonly ApiKeyOptions[];
  /** Whether callers without a key are let in; `app` allows it on loopback only. Default false. */
  readonly allowAnonymous: boolean;
  /**
   * What callers without a key may do. Default role `admin`: whoever reaches the loopback interface
   * is the local user, who owns the config file as well.
   */
  readonly anonymous: {
    readonly role: Role;
    readonly allow: readonly string[];
    readonly deny: readonly string[];
  };
}

/** What holds for a key of which no more is said. */
export const API_KEY_DEFAULTS: Omit<ApiKeyOptions, "id" | "hash"> = {
  role: "agent",
  tenant: "default",
  allow: [],
  deny: [],
};

/** What holds where the configuration says nothing. */
export const ACCESS_DEFAULTS: AccessOptions = {
  apiKeys: [],
  allowAnonymous: false,
  anonymous: { role: "admin", allow: [], deny: [] },
};
