import { addServerSchema, serverSchema } from "../../../contract/index.ts";
import type { JsonObject } from "../../../kernel/json.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { presentServer } from "../server-view.ts";

/** Adds a server to the overlay in the data directory. */
export function addServer({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/servers",
      operationId: "addServer",
      tag: "servers",
      summary: "Add a server",
      description:
        "Takes an entry as it stands under `mcpServers`, with its `id` beside. Answers when the " +
        "server is ready or its first attempt has failed; then it stays and is tried again.",
      access: { role: "admin", action: "add servers" },
      body: addServerSchema,
      answers: { 201: { description: "The server that was added.", schema: serverSchema } },
      failures: ["server-exists"],
    },
    async ({ body, principal, reply, gone }) => {
      const { id, ...entry } = body;
      const status = await gateway.servers.add(id, entry as JsonObject, gone());
      reply.code(201).header("location", `/v1/servers/${status.id}`);
      return presentServer(status, principal, gateway);
    },
  );
}
