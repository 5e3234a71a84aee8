import { cacheStatsSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";

/** What the caches did, and how the shared one is. */
export function showCache({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/cache",
      operationId: "showCache",
      tag: "cache",
      summary: "What the caches did since the start",
      access: { role: "operator", action: "see what the caches did" },
      answers: { 200: { description: "By tier and by tool.", schema: cacheStatsSchema } },
      failures: [],
    },
    () => ({ ...gateway.caches.stats(), remarks: gateway.caches.remarks() }),
  );
}
