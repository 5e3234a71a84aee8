/** What a principal may do beyond its tool rules: operators see everything, admins also change servers. */
export const ROLES = ["agent", "operator", "admin"] as const;

/** One of `ROLES`; each may do what those before it may. */
export type Role = (typeof ROLES)[number];

/** Globs over tool ids (`*` any run, `?` any one character). An empty `allow` allows all; `deny` wins. */
export interface ToolRules {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Who is asking. Stands in every cache, pool and session key. */
export interface Principal {
  /** Unique within the tenant: the key's id, or `anonymous`. */
  readonly id: string;
  readonly tenant: string;
  readonly role: Role;
  readonly rules: ToolRules;
}

/** Tells a principal from all others, of every tenant. Neither name holds a NUL: config sees to it. */
export function principalKey({ tenant, id }: Pick<Principal, "tenant" | "id">): string {
  return `${tenant}\0${id}`;
}
