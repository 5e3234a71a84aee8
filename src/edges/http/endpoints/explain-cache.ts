import { cacheExplanationSchema, explainCacheSchema, readInput } from "../../../contract/index.ts";
import { unknownTool } from "../../../core/calls/index.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import { slice } from "../../../mcp/json-scan.ts";
import { presentCachePolicy } from "../cache-view.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { readJsonBody, readMembers } from "../json-body.ts";

/** Why a tool's answers are kept or not, and the key of a call. */
export function explainCache({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/cache/explain",
      operationId: "explainCache",
      tag: "cache",
      summary: "Why a tool's answers are kept or not",
      access: "agent",
      body: explainCacheSchema,
      rawBody: true,
      answers: { 200: { description: "The policy.", schema: cacheExplanationSchema } },
      failures: ["unknown-tool"],
    },
    ({ body, principal }) => {
      const asked = readInput(explainCacheSchema, readJsonBody(body));
      const tool = gateway.catalog.tool(asked.tool);
      if (tool === undefined || !gateway.access.canUse(principal, tool)) {
        throw unknownTool(asked.tool, principal, gateway);
      }
      const args = readMembers(body).get("arguments");
      const call = args === undefined ? undefined : rawJson(slice(body, args));
      const { key, uncachedReason } = gateway.caches.explain(tool, principal, call);
      return {
        tool: tool.id,
        policy: presentCachePolicy(tool, gateway.caches),
        ...(key === undefined ? {} : { key }),
        ...(uncachedReason === undefined ? {} : { uncachedReason }),
      };
    },
  );
}
