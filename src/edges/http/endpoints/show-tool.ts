import { wholeToolSchema } from "../../../contract/index.ts";
import { unknownTool } from "../../../core/calls/index.ts";
import { presentCachePolicy } from "../cache-view.ts";
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
        cache: presentCachePolicy(tool, gateway.caches),
        alternates: [],
      };
    },
  );
}
