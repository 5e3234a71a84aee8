import type { Principal, Role, ToolRules } from "../../../src/core/access/index.ts";

/** A principal for tests; by default an admin who may use every tool. */
export function principal(
  id: string,
  more: { role?: Role; rules?: Partial<ToolRules>; tenant?: string } = {},
): Principal {
  return {
    id,
    tenant: more.tenant ?? "default",
    role: more.role ?? "admin",
    rules: { allow: [], deny: [], ...more.rules },
  };
}
