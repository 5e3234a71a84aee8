import { statusSchema } from "../../../contract/index.ts";
import type { ServerId } from "../../../core/catalog/index.ts";
import { COMPOSITES_SERVER } from "../../../core/plans/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { countServers } from "../server-view.ts";

const COMPOSITES = COMPOSITES_SERVER as ServerId;

/** How the daemon is doing, for `switchboard status` and `top`. */
export function showStatus({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/status",
      operationId: "showStatus",
      tag: "daemon",
      summary: "How the daemon is doing",
      access: { role: "operator", action: "see how the daemon is doing" },
      answers: { 200: { description: "Counts and states.", schema: statusSchema } },
      failures: [],
    },
    () => ({
      version: gateway.version,
      startedAt: gateway.startedAt,
      uptimeMs: gateway.clock.now() - gateway.startedAt,
      pid: process.pid,
      rssBytes: process.memoryUsage.rss(),
      servers: countServers(gateway.upstreams.statuses()),
      tools: gateway.catalog.size,
      callsInFlight: gateway.calls.inFlight,
      plansRunning: gateway.plans.running,
      composites: gateway.catalog.toolsOf(COMPOSITES).length,
      discovery: gateway.discovery.status(),
      tokens: { catalogue: gateway.tokens.catalogueTokens },
      sharedCache: gateway.caches.sharedStatus(),
    }),
  );
}
