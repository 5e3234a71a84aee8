import { searchAnswerSchema, searchRequestSchema } from "../../../contract/index.ts";
import type { SearchRequestBody } from "../../../contract/index.ts";
import {
  toFunctionTool,
  type DetailLevel,
  type SearchHit,
  type SearchRequest,
} from "../../../core/discovery/index.ts";
import { createContextCosts, type ContextCosts } from "../../../core/tokens/index.ts";
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
    async ({ body, principal, gone }) => {
      const answer = await gateway.discovery.search(toRequest(body), principal, gone());
      const { tools, tokens, omitted } = pack(answer.hits, body, (hit, detail) =>
        show(hit, { ...body, detail }, { gateway, costs }),
      );
      return {
        tools,
        ...(omitted === 0 ? {} : { omitted }),
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

/** What a tool is cut down to, step by step, when it is too large for what is left of a budget. */
const LESSER_DETAIL = {
  schema: ["schema", "summary", "name"],
  summary: ["summary", "name"],
  name: ["name"],
} as const satisfies Record<DetailLevel, readonly DetailLevel[]>;

/** The best tools that fit the budget together: in less detail where they must, else told as omitted. */
function pack(
  hits: readonly SearchHit[],
  { maxTokens = Infinity, detail, format }: SearchRequestBody,
  showAt: (hit: SearchHit, detail: DetailLevel) => Shown,
): { tools: object[]; tokens: number; omitted: number } {
  const tools: object[] = [];
  const levels = format === undefined ? LESSER_DETAIL[detail] : [detail];
  let tokens = 0;
  for (const hit of hits) {
    const fitting = firstFitting(levels, maxTokens - tokens, (level) => showAt(hit, level));
    if (fitting === undefined) continue;
    tools.push(fitting.tool);
    tokens += fitting.tokens;
  }
  return { tools, tokens, omitted: hits.length - tools.length };
}

function firstFitting(
  levels: readonly DetailLevel[],
  room: number,
  showAt: (detail: DetailLevel) => Shown,
): Shown | undefined {
  for (const level of levels) {
    const shown = showAt(level);
    if (shown.tokens <= room) return shown;
  }
  return undefined;
}
