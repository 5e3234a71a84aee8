import { McpServer } from "@modelcontextprotocol/server";
import { registerDiagram } from "./diagram.ts";
import { registerPrompts } from "./user-prompts.ts";
import type { UserStore } from "./user-store.ts";
import { registerReadingTools, registerWritingTools } from "./user-tools.ts";

/** Makes one MCP server over the store, for one connection of either protocol era. */
export function createUsersServer(store: UserStore): McpServer {
  const server = new McpServer(
    { name: "users", title: "User directory", version: "1.0.0" },
    {
      instructions:
        "A directory of people and the companies they work at. Find ids with search_users before reading, changing or deleting a user.",
      cacheHints: { "tools/list": { ttlMs: 300_000, cacheScope: "public" } },
    },
  );
  registerReadingTools(server, store);
  registerWritingTools(server, store);
  registerDiagram(server);
  registerPrompts(server, store);
  return server;
}
