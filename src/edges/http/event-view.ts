import type { JsonObject, JsonValue } from "../../kernel/json.ts";
import type { Principal } from "../../core/access/index.ts";
import type { ServerId } from "../../core/catalog/index.ts";
import type { GatewayEvent, GatewayEventTopic } from "../../core/events/index.ts";
import type { Gateway } from "../../core/gateway.ts";
import { canSeeServer, isOperator } from "../../core/access/index.ts";

/** What of an event's data an agent may see, by topic; the other topics are for operators. */
const AGENT_MEMBERS: Partial<Record<GatewayEventTopic, readonly string[]>> = {
  catalog: ["server", "added", "changed", "removed"],
  server: ["server", "state", "tools"],
  circuit: ["server", "state", "retryAfterMs"],
};

/**
 * An event as the principal may see it, or nothing. Operators see all. An agent sees changes of the
 * servers and tools that it may use, without reasons or addresses, which are for operators.
 */
export function viewEvent(
  event: GatewayEvent,
  principal: Principal,
  gateway: Gateway,
): GatewayEvent | undefined {
  if (isOperator(principal)) return event;
  const members = AGENT_MEMBERS[event.topic];
  const { server } = event.data;
  if (members === undefined || typeof server !== "string") return undefined;
  if (!canSeeServer(principal, server as ServerId, gateway)) return undefined;
  const shown: Record<string, JsonValue> = {};
  for (const member of members) {
    const value = visiblePart(event.data[member], principal, gateway);
    if (value !== undefined) shown[member] = value;
  }
  return { ...event, data: shown satisfies JsonObject };
}

/** Of a list of tool ids those that the principal may use; one that is gone is shown only to who may use all. */
function visiblePart(
  value: JsonValue | undefined,
  principal: Principal,
  { catalog, access }: Gateway,
): JsonValue | undefined {
  if (!Array.isArray(value)) return value;
  const { allow, deny } = principal.rules;
  const mayUseAll = allow.length === 0 && deny.length === 0;
  return value.filter((id: JsonValue) => {
    const tool = typeof id === "string" ? catalog.tool(id) : undefined;
    return tool === undefined ? mayUseAll : access.canUse(principal, tool);
  });
}
