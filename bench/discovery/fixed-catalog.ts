import type { Catalog, ServerId, Tool, ToolId } from "../../src/core/catalog/index.ts";
import { toRawJson } from "../../src/kernel/raw-json.ts";
import type { DataTool } from "./tool-data.ts";

/** A catalogue that never changes, made of the tools of a data folder under their own ids. */
export function createFixedCatalog(data: readonly DataTool[]): Catalog {
  const tools = data.map(toTool);
  const byId = new Map<string, Tool>(tools.map((tool) => [tool.id, tool]));
  const byServer = new Map<ServerId, Tool[]>();
  for (const tool of tools) {
    const known = byServer.get(tool.server);
    if (known === undefined) byServer.set(tool.server, [tool]);
    else known.push(tool);
  }
  const servers = [...byServer.keys()].map((id) => ({ id, tags: [] }));
  return {
    version: 1,
    size: tools.length,
    tool: (id) => byId.get(id),
    toolByName: (server, name) => byServer.get(server)?.find((tool) => tool.name === name),
    tools: () => tools,
    toolsOf: (server) => byServer.get(server) ?? [],
    server: (id) => servers.find((server) => server.id === id),
    servers: () => servers,
    nearest: () => [],
    setServer: refuse,
    removeServer: refuse,
    replaceTools: refuse,
    addFlag: refuse,
    onChange: () => ({ [Symbol.dispose]: () => undefined }),
  };
}

function toTool({ id, server, name, description, inputSchema = {} }: DataTool): Tool {
  return {
    id: id as ToolId,
    server: server as ServerId,
    name,
    ...(description === undefined ? {} : { description }),
    inputSchema,
    readOnly: false,
    flags: [],
    definition: toRawJson({ name }),
    fingerprint: id,
  };
}

function refuse(): never {
  throw new Error("This catalogue does not change.");
}
