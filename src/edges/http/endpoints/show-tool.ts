import { wholeToolSchema } from "../../../contract/index.ts";
import { GatewayError } from "../../../kernel/errors.ts";
import type { Principal } from "../../../core/access/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { presentListed } from "../tool-view.ts";

/** One tool, whole. */
export function showTool({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/tools/{id}",
      operationId: "showTool",
      tag: "tools",
      summary: "Show one tool whole",
      access: "agent",
      answers: { 200: { description: "The tool.", schema: wholeToolSchema } },
      failures: ["unknown-tool"],
    },
    ({ params, principal }) => {
      const tool = gateway.catalog.tool(params.id);
      if (tool === undefined || !gateway.access.canUse(principal, tool)) {
        throw unknownTool(params.id, principal, gateway);
      }
      const { outputSchema, readOnly, flags, fingerprint } = tool;
      return {
        ...presentListed(tool, "schema", gateway),
        ...(outputSchema === undefined ? {} : { outputSchema }),
        readOnly,
        flags,
        fingerprint,
        cache: { mode: "off", coalesced: readOnly },
        alternates: [],
      };
    },
  );
}

function unknownTool(
  id: string,
  principal: Principal,
  { catalog, access }: EdgeContext["gateway"],
): GatewayError {
  const nearest = catalog.nearest(id, (tool) => access.canUse(principal, tool));
  const hint = nearest.length === 0 ? "" : ` Nearest: ${nearest.join(", ")}.`;
  const shown = JSON.stringify(id.slice(0, 100));
  return new GatewayError("unknown-tool", `There is no tool ${shown}.${hint}`, {
    tool: id,
    nearest,
  });
}
