import { serverSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { findServer, presentServer } from "../server-view.ts";

/** Opens a server's connections anew. */
export function reconnectServer({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/servers/{id}/reconnect",
      operationId: "reconnectServer",
      tag: "servers",
      summary: "Close and open a server's connections now",
      access: { role: "admin", action: "reconnect servers" },
      answers: {
        200: { description: "The server when it is ready or has failed.", schema: serverSchema },
      },
      failures: ["unknown-server"],
    },
    async ({ params, principal, gone }) => {
      const { id } = findServer(params.id, principal, gateway);
      const status = await gateway.upstreams.reconnect(id, gone());
      return presentServer(status, principal, gateway);
    },
  );
}
