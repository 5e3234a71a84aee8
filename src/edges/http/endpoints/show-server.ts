import { serverSchema } from "../../../contract/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { isOperator } from "../../../core/access/index.ts";
import { findServer, presentServer } from "../server-view.ts";

/** One server; operators also get the end of its stderr. */
export function showServer({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/servers/{id}",
      operationId: "showServer",
      tag: "servers",
      summary: "Show one server",
      access: "agent",
      answers: { 200: { description: "The server.", schema: serverSchema } },
      failures: ["unknown-server"],
    },
    ({ params, principal }) => {
      const status = findServer(params.id, principal, gateway);
      const shown = presentServer(status, principal, gateway);
      const { stderrTail } = status;
      return stderrTail !== undefined && isOperator(principal) ? { ...shown, stderrTail } : shown;
    },
  );
}
