import { searchAnswerSchema, searchRequestSchema } from "../../../contract/index.ts";
import type { SearchRequestBody } from "../../../contract/index.ts";
import {
  toFunctionTool,
  type SearchHit,
  type SearchRequest,
} from "../../../core/discovery/index.ts";
import { createContextCosts, type ContextCosts } from "../../../core/tokens/index.ts";
import { clientGone } from "../client-gone.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { presentHit } from "../tool-view.ts";

/** Finds tools by meaning and by words. */
export function searchTools(context: EdgeContext): Endpoint {
  const { gateway } = context;
  const costs = createContextCosts(gateway);

  return endpoint(
    {
      method: "POST",
      path: "/v1/tools/search",
      operationId: "searchTools",
      tag: "tools",
      summary: "Find tools by what they do",
      description:
        "Ranks the tools that the caller may use. Text with `<tool_assistant>` blocks is answered " +
        "block by block, as by `POST /v1/tools/request`.",
      access: "agent",
      body: searchRequestSchema,
      answers: { 200: { description: "Tools, best first.", schema: searchAnswerSchema } },
      failures: ["embedding-failed", "index-failed"],
    },
    async ({ body, principal, reply }) => {
      const gone = clientGone(reply);
      const answer = await gateway.discovery.search(toRequest(body), principal, gone);
      const { tools, tokens } = pack(
        answer.hits.map((hit) => show(hit, body, { gateway, costs })),
        body,
      );
      return {
        tools,
        abstained: answer.abstained,
        mode: answer.mode,
        tokens: { catalogue: costs.noteAnswer(tokens), returned: tokens },
        tookMs: answer.tookMs,
      };
    },
  );
}

function toRequest(body: SearchRequestBody): SearchRequest {
  const { query, limit, explain, servers, tags, mode } = body;
  return {
    query,
    explain,
    ...(limit === undefined ? {} : { limit }),
    ...(servers === undefined ? {} : { servers }),
    ...(tags === undefined ? {} : { tags }),
    ...(mode === undefined ? {} : { mode }),
  };
}

interface Shown {
  readonly tool: object;
  readonly tokens: number;
}

function show(
  hit: SearchHit,
  { format, detail }: SearchRequestBody,
  { gateway, costs }: Pick<EdgeContext, "gateway"> & { readonly costs: ContextCosts },
): Shown {
  const tool =
    format === undefined ? presentHit(hit, detail, gateway) : toFunctionTool(hit.tool, format);
  const whole = format !== undefined || detail === "schema";
  return { tool, tokens: costs.toolTokens(hit.tool, whole ? undefined : tool) };
}

/** The best tools that fit the budget together; one that is too large makes way for the next. */
function pack(
  shown: readonly Shown[],
  { maxTokens = Infinity }: SearchRequestBody,
): { tools: object[]; tokens: number } {
  const tools: object[] = [];
  let tokens = 0;
  for (const { tool, tokens: cost } of shown) {
    if (tokens + cost > maxTokens) continue;
    tools.push(tool);
    tokens += cost;
  }
  return { tools, tokens };
}
