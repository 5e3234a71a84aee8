import { changeServerSchema, serverSchema } from "../../../contract/index.ts";
import type { JsonObject } from "../../../kernel/json.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { findServer, presentServer } from "../server-view.ts";

/** Changes a server that was added over the API. */
export function changeServer({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "PATCH",
      path: "/v1/servers/{id}",
      operationId: "changeServer",
      tag: "servers",
      summary: "Change a server that was added over the API",
      description: "Merges the body into its entry; `null` removes a member (RFC 7396).",
      access: { role: "admin", action: "change servers" },
      body: changeServerSchema,
      answers: { 200: { description: "The server as it is now.", schema: serverSchema } },
      failures: ["unknown-server"],
    },
    async ({ params, body, principal, gone }) => {
      const { id } = findServer(params.id, principal, gateway);
      const status = await gateway.servers.change(id, body as JsonObject, gone());
      return presentServer(status, principal, gateway);
    },
  );
}
