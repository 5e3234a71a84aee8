import type { Catalog, ServerId } from "../catalog/index.ts";
import type { Access } from "./access.ts";
import type { Principal } from "./principal.ts";

/** What tells who may know of which server. */
export interface ServerSight {
  readonly access: Pick<Access, "canUse">;
  readonly catalog: Pick<Catalog, "toolsOf">;
}

/** Whether a principal sees more than what its own calls need. */
export function isOperator(principal: Principal): boolean {
  return principal.role !== "agent";
}

/** Whether a principal may know of every tool: operators may, and agents without tool rules. */
export function seesAllTools(principal: Principal): boolean {
  const { allow, deny } = principal.rules;
  return isOperator(principal) || (allow.length === 0 && deny.length === 0);
}

/**
 * Whether a principal may know of a server: operators of all, an agent without tool rules too, any
 * other agent of those with a tool that it may use.
 */
export function canSeeServer(
  principal: Principal,
  server: ServerId,
  { access, catalog }: ServerSight,
): boolean {
  if (seesAllTools(principal)) return true;
  return catalog.toolsOf(server).some((tool) => access.canUse(principal, tool));
}
