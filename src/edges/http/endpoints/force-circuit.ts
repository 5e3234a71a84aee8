import { circuitRequestSchema, circuitSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { findServer } from "../server-view.ts";

/** Opens, closes or resets a server's circuit by hand. */
export function forceCircuit({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/servers/{id}/circuit",
      operationId: "forceCircuit",
      tag: "servers",
      summary: "Open, close or reset a server's circuit",
      access: { role: "admin", action: "force circuits" },
      body: circuitRequestSchema,
      answers: { 200: { description: "The circuit as it is now.", schema: circuitSchema } },
      failures: ["unknown-server"],
    },
    ({ params, body, principal }) => {
      const { id } = findServer(params.id, principal, gateway);
      return gateway.circuits.force(id, body.action);
    },
  );
}
