import { toAbortSignal } from "../../../../kernel/abort.ts";
import { z } from "zod";
import { canSeeServer, type Principal } from "../../../../core/access/index.ts";
import { DETAIL_LEVELS, presentTool } from "../../../../core/discovery/index.ts";
import { createContextCosts } from "../../../../core/tokens/index.ts";
import type { JsonObject } from "../../../../kernel/json.ts";
import {
  readArguments,
  structuredAnswer,
  type MetaTool,
  type MetaToolGateway,
} from "./meta-tool.ts";

const MAX_SERVERS_LISTED = 50;
const MAX_SERVER_DESCRIPTION = 120;

const ARGUMENTS = /* @__PURE__ */ z.strictObject({
  query: z.string().min(1).max(8_192),
  limit: z.int().min(1).max(50).exactOptional(),
  detail: z.enum(DETAIL_LEVELS).exactOptional(),
  servers: z.array(z.string()).max(100).exactOptional(),
});

/** Finds tools by meaning. Its description lists the servers in the operator's words, never in theirs. */
export function createSearchTools(gateway: MetaToolGateway): MetaTool {
  const costs = createContextCosts(gateway);
  return {
    name: "search_tools",
    definition: (principal) => definition(gateway, principal),
    async run(call, peer, signal) {
      const { detail = "schema", ...request } = readArguments(ARGUMENTS, call);
      const { principal } = peer;
      const answer = await gateway.discovery.search(request, principal, toAbortSignal(signal));
      let tokens = 0;
      const tools = answer.hits.map(({ tool, score }) => {
        const shown = presentTool(tool, detail);
        tokens += costs.toolTokens(tool, detail === "schema" ? undefined : shown);
        return { ...shown, score: Math.round(score * 1_000) / 1_000 };
      });
      costs.noteAnswer(tokens);
      return structuredAnswer({
        tools,
        ...(answer.abstained ? { abstained: true, note: abstainedNote(tools.length) } : {}),
      });
    },
  };
}

function abstainedNote(hits: number): string {
  return hits === 0
    ? "No tools are there to search: no servers are configured, or none has connected yet."
    : "Nothing fits well; these are the nearest. Try other words.";
}

function definition(gateway: MetaToolGateway, principal: Principal | undefined): JsonObject {
  return {
    name: "search_tools",
    title: "Search tools",
    description:
      "Finds tools by what they do, among all connected servers. Say in plain words what you want " +
      "done (or write <tool_assistant> blocks with server: and tool: lines). Answers with ids and " +
      "input schemas, best first; then run one with call_read_tool or call_tool." +
      serverList(gateway, principal),
    inputSchema: {
      type: "object",
      properties: {
        query: {
          type: "string",
          minLength: 1,
          maxLength: 8_192,
          description: "The operation you need and its target, for example: list the open issues",
        },
        limit: { type: "integer", minimum: 1, maximum: 50, default: 5 },
        detail: {
          type: "string",
          enum: [...DETAIL_LEVELS],
          default: "schema",
          description: "name: ids only; summary: one line each; schema: all that calling needs",
        },
        servers: {
          type: "array",
          items: { type: "string" },
          description: "Only tools of these servers",
        },
      },
      required: ["query"],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  };
}

function serverList(gateway: MetaToolGateway, principal: Principal | undefined): string {
  const servers = gateway.catalog
    .servers()
    .filter(({ id }) => principal === undefined || canSeeServer(principal, id, gateway));
  if (servers.length === 0) return "";
  const lines = servers.slice(0, MAX_SERVERS_LISTED).map(({ id, description }) => {
    const words = description?.replaceAll(/\s+/g, " ").slice(0, MAX_SERVER_DESCRIPTION);
    return words === undefined || words === "" ? `- ${id}` : `- ${id}: ${words}`;
  });
  const rest = servers.length - lines.length;
  if (rest > 0) lines.push(`- and ${rest} more`);
  return `\n\nServers:\n${lines.join("\n")}`;
}
