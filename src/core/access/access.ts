import type { Tool } from "../catalog/index.ts";
import type { Principal, Role } from "./principal.ts";

/** The one place that decides who may see and call what. */
export interface Access {
  /**
   * Who stands behind a bearer token (or none). Compares in constant time.
   * @throws GatewayError `unauthenticated` when the token is unknown, or missing where one is needed.
   */
  authenticate(token: string | undefined): Principal;
  /** Whether the principal may see and call the tool. Cost: one set look-up after the first time. */
  canUse(principal: Principal, tool: Tool): boolean;
  /** @throws GatewayError `forbidden` unless the principal has the role or a higher one. */
  requireRole(principal: Principal, role: Role, action: string): void;
}
