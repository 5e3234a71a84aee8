import { GatewayError } from "../../../src/kernel/errors.ts";
import { ROLES, type Access, type Principal } from "../../../src/core/access/index.ts";

/** Knows tokens from a table; without a token, `anonymous` stands in where there is one. */
export function createFakeAccess(options: {
  readonly tokens: Readonly<Record<string, Principal>>;
  readonly anonymous?: Principal;
}): Access {
  return {
    authenticate(token) {
      const known = token === undefined ? options.anonymous : options.tokens[token];
      if (known !== undefined) return known;
      throw new GatewayError("unauthenticated", "A valid API key is needed.", {});
    },
    canUse({ rules }, tool) {
      const matches = (glob: string): boolean =>
        new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(tool.id);
      if (rules.deny.some(matches)) return false;
      return rules.allow.length === 0 || rules.allow.some(matches);
    },
    requireRole(principal, role, action) {
      if (ROLES.indexOf(principal.role) >= ROLES.indexOf(role)) return;
      const reason = `needs role ${role}`;
      throw new GatewayError("forbidden", `Only role ${role} may ${action}.`, { reason });
    },
  };
}
