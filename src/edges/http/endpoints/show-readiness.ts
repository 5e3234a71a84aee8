import { readinessSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { countServers } from "../server-view.ts";

/** Says whether requests should be sent here; servers that are away do not count against it. */
export function showReadiness({ gateway, readiness }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/readyz",
      operationId: "showReadiness",
      tag: "daemon",
      summary: "Whether requests should be sent here",
      description:
        "Servers and the shared cache connect in the background: their states are told, and do not decide.",
      access: "open",
      answers: {
        200: { description: "Ready.", schema: readinessSchema },
        503: { description: "Starting or stopping.", schema: readinessSchema },
      },
      failures: [],
    },
    ({ reply }) => {
      const { ready, reason } = readiness();
      const sharedCache = gateway.caches.sharedStatus();
      reply.code(ready ? 200 : 503);
      return {
        ready,
        ...(reason === undefined ? {} : { reason }),
        servers: countServers(gateway.upstreams.statuses()),
        tools: gateway.catalog.size,
        indexedTools: gateway.discovery.status().indexedTools,
        ...(sharedCache === undefined ? {} : { sharedCache: { state: sharedCache.state } }),
      };
    },
  );
}
