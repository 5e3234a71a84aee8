import {
  invalidRequest,
  toolRequestAnswerSchema,
  toolRequestBodySchema,
} from "../../../contract/index.ts";
import {
  MAX_TOOL_REQUESTS,
  parseToolRequests,
  type ToolRequest,
} from "../../../core/discovery/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { presentHit } from "../tool-view.ts";

/** MCP-Zero: each request on its own, first to servers, then to their tools. */
export function requestTools({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "POST",
      path: "/v1/tools/request",
      operationId: "requestTools",
      tag: "tools",
      summary: "Answer a model's tool requests (MCP-Zero)",
      description:
        "Takes a model's text with `<tool_assistant>` blocks, or the requests taken apart. Each is " +
        "answered on its own: the best servers, then the best tools.",
      access: "agent",
      body: toolRequestBodySchema,
      answers: { 200: { description: "A group a request.", schema: toolRequestAnswerSchema } },
      failures: ["embedding-failed", "index-failed"],
    },
    async ({ body, principal, gone }) => {
      const startedAt = gateway.clock.monotonic();
      const requests = requestsOf(body);
      const { limit, detail } = body;
      const groups = await gateway.discovery.request(
        limit === undefined ? { requests } : { requests, limit },
        principal,
        gone(),
      );
      return {
        groups: groups.map(({ request, servers, hits }) => ({
          request,
          servers,
          tools: hits.map((hit) => presentHit(hit, detail, gateway)),
        })),
        tookMs: gateway.clock.monotonic() - startedAt,
      };
    },
  );
}

function requestsOf(body: {
  text?: string | undefined;
  requests?: readonly { server?: string | undefined; tool: string }[] | undefined;
}): readonly ToolRequest[] {
  if (body.text === undefined) {
    return (body.requests ?? []).map(({ server, tool }) =>
      server === undefined ? { tool } : { server, tool },
    );
  }
  const requests = parseToolRequests(body.text);
  if (requests.length > 0 && requests.length <= MAX_TOOL_REQUESTS) return requests;
  const message =
    requests.length === 0
      ? "holds no <tool_assistant> block with a tool: line"
      : `holds ${requests.length} <tool_assistant> blocks, more than ${MAX_TOOL_REQUESTS}`;
  throw invalidRequest([{ path: "/text", message }]);
}
