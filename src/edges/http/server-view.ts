import { GatewayError } from "../../kernel/errors.ts";
import { nearestNames } from "../../kernel/nearest-names.ts";
import { canSeeServer, isOperator, type Principal } from "../../core/access/index.ts";
import type { Gateway } from "../../core/gateway.ts";
import type { ServerState, ServerStatus } from "../../core/upstream/index.ts";

/** A server as the principal may see it: an agent learns nothing of where it is or how it runs. */
export function presentServer(
  status: ServerStatus,
  principal: Principal,
  gateway: Gateway,
): Record<string, unknown> {
  const { id, state, reason, since, tools: _, stderrTail: __, ...inner } = status;
  const { server: ___, ...circuit } = gateway.circuits.status(id);
  const spec = gateway.upstreams.spec(id);
  const known = gateway.catalog.toolsOf(id);
  const shown = {
    id,
    state,
    ...(reason === undefined || !isOperator(principal) ? {} : { reason }),
    since,
    ...(spec?.description === undefined ? {} : { description: spec.description }),
    tags: spec?.tags ?? [],
    tools: known.filter((tool) => gateway.access.canUse(principal, tool)).length,
    circuit,
  };
  if (!isOperator(principal)) return shown;
  const { source, isolation } = spec ?? {};
  return { ...shown, ...inner, source, isolation };
}

/**
 * A server that there is and that the principal may see.
 * @throws GatewayError `unknown-server` with the nearest ids.
 */
export function findServer(id: string, principal: Principal, gateway: Gateway): ServerStatus {
  const visible = gateway.upstreams
    .statuses()
    .filter((status) => canSeeServer(principal, status.id, gateway));
  const status = visible.find((candidate) => candidate.id === id);
  if (status !== undefined) return status;
  const nearest = nearestNames(
    id,
    visible.map((candidate) => candidate.id),
  );
  const hint = nearest.length === 0 ? "" : ` Did you mean ${nearest.join(", ")}?`;
  const shown = JSON.stringify(id.slice(0, 100));
  throw new GatewayError("unknown-server", `There is no server ${shown}.${hint}`, {
    server: id,
    nearest,
  });
}

/** How many servers are in each state. */
export function countServers(
  statuses: readonly ServerStatus[],
): Record<ServerState | "total", number> {
  const counts = {
    total: statuses.length,
    connecting: 0,
    ready: 0,
    degraded: 0,
    disconnected: 0,
    "needs-auth": 0,
    disabled: 0,
  };
  for (const { state } of statuses) counts[state] += 1;
  return counts;
}
