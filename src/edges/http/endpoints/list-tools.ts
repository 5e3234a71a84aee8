import { invalidRequest, listToolsQuerySchema, toolListSchema } from "../../../contract/index.ts";
import type { Tool } from "../../../core/catalog/index.ts";
import type { EdgeContext } from "../edge-context.ts";
import { endpoint, type Endpoint } from "../endpoint.ts";
import { presentListed } from "../tool-view.ts";

/** The tools that the caller may use, page by page. */
export function listTools({ gateway }: EdgeContext): Endpoint {
  return endpoint(
    {
      method: "GET",
      path: "/v1/tools",
      operationId: "listTools",
      tag: "tools",
      summary: "List the tools that the caller may use",
      description: "In a stable order: by server, then by the upstream's name.",
      access: "agent",
      query: listToolsQuerySchema,
      answers: { 200: { description: "A page of tools.", schema: toolListSchema } },
      failures: [],
    },
    ({ query, principal }) => {
      const visible = gateway.catalog
        .tools()
        .filter((tool) => query.server === undefined || tool.server === query.server)
        .filter((tool) => gateway.access.canUse(principal, tool));
      const start = query.cursor === undefined ? 0 : positionAfter(query.cursor, visible);
      const end = start + query.limit;
      const last = end < visible.length ? visible[end - 1] : undefined;
      return {
        tools: visible.slice(start, end).map((tool) => presentListed(tool, query.detail, gateway)),
        total: visible.length,
        ...(last === undefined ? {} : { nextCursor: cursorAt(last) }),
      };
    },
  );
}

/** A cursor names the last tool given, so that a page goes on rightly when others come or go. */
function cursorAt({ server, name }: Tool): string {
  return Buffer.from(JSON.stringify([server, name])).toString("base64url");
}

function positionAfter(cursor: string, tools: readonly Tool[]): number {
  const [server, name] = readCursor(cursor);
  const exact = tools.findIndex((tool) => tool.server === server && tool.name === name);
  if (exact >= 0) return exact + 1;
  const later = tools.findIndex(
    (tool) => tool.server > server || (tool.server === server && tool.name > name),
  );
  return later < 0 ? tools.length : later;
}

function readCursor(cursor: string): readonly [server: string, name: string] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [server, name]: unknown[] = parsed;
      if (typeof server === "string" && typeof name === "string") return [server, name];
    }
  } catch {
    // Not JSON: not one of ours.
  }
  const message = `is none of ours, received ${JSON.stringify(cursor.slice(0, 80))}; take nextCursor of the page before`;
  throw invalidRequest([{ path: "/cursor", message }]);
}
