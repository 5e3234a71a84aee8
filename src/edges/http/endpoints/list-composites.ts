import { compositeListSchema } from "../../../contract/index.ts";
import { isOperator } from "../../../core/access/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { presentComposite } from "../plans/present-composite.ts";

/** The plans that are tools. */
export function listComposites({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/composites",
      operationId: "listComposites",
      tag: "plans",
      summary: "List the plans that are tools",
      description: "Agents see those that they may use, without the plans.",
      access: "agent",
      answers: { 200: { description: "The composites.", schema: compositeListSchema } },
      failures: [],
    },
    ({ principal }) => ({
      composites: gateway.composites
        .list()
        .filter(({ tool: id }) => {
          const tool = gateway.catalog.tool(id);
          return tool === undefined
            ? isOperator(principal)
            : gateway.access.canUse(principal, tool);
        })
        .map((view) => presentComposite(view, principal)),
    }),
  );
}
