import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { findServer } from "../server-view.ts";

/** Removes a server that was added over the API. */
export function removeServer({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "DELETE",
      path: "/v1/servers/{id}",
      operationId: "removeServer",
      tag: "servers",
      summary: "Remove a server that was added over the API",
      access: { role: "admin", action: "remove servers" },
      answers: { 204: { description: "It is gone." } },
      failures: ["unknown-server"],
    },
    async ({ params, principal, reply }) => {
      await gateway.servers.remove(findServer(params.id, principal, gateway).id);
      return reply.code(204).send();
    },
  );
}
