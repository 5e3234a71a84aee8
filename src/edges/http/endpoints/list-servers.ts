import { serverListSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { canSeeServer } from "../../../core/access/index.ts";
import { presentServer } from "../server-view.ts";

/** All servers and how they are doing. */
export function listServers({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/servers",
      operationId: "listServers",
      tag: "servers",
      summary: "List the servers and how they are doing",
      description: "Agents see those whose tools they may use, without where and how they run.",
      access: "agent",
      answers: { 200: { description: "The servers.", schema: serverListSchema } },
      failures: [],
    },
    ({ principal }) => ({
      servers: gateway.upstreams
        .statuses()
        .filter((status) => canSeeServer(principal, status.id, gateway))
        .map((status) => presentServer(status, principal, gateway)),
    }),
  );
}
