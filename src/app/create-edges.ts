import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { ConfigOptions } from "../config/option-groups.ts";
import type { Gateway } from "../core/gateway.ts";
import { createHttpEdge } from "../edges/http/create-http-edge.ts";
import type { HttpEdgeDeps } from "../edges/http/edge-deps.ts";
import { createMcpEdge, type McpEdge } from "../edges/mcp/index.ts";
import { GatewayError } from "../kernel/errors.ts";

/** The ways in: REST and MCP on one listener. */
export interface Edges {
  readonly http: FastifyInstance;
  readonly mcp: McpEdge;
}

/** Makes the edges, not yet listening. */
export function createEdges(
  options: Pick<ConfigOptions, "http" | "mcpEdge">,
  gateway: Gateway,
  control: Omit<HttpEdgeDeps, "gateway" | "upgrade">,
): Edges {
  const mcp = createMcpEdge(options.mcpEdge, gateway);
  const http = createHttpEdge(options.http, {
    ...control,
    gateway,
    upgrade: (upgrade, principal) => mcp.upgrade(upgrade, principal),
  });
  mcp.register(http, (request) => request.principal);
  return { http, mcp };
}

/**
 * Listens; gives the base URL that this machine reaches it at.
 * @throws GatewayError `invalid-config` when the address cannot be had.
 */
export async function listen(
  http: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    await http.listen({ host, port });
  } catch (error) {
    const problem = `gateway.port: ${host}:${port} cannot be listened on: ${reasonOf(error)}`;
    throw new GatewayError("invalid-config", problem, { problems: [problem], cause: error });
  }
  const bound = http.server.address() as AddressInfo;
  return `http://${reachableHost(host)}:${bound.port}`;
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return "something listens there already. Stop it, or choose another port with --port.";
  }
  if (code === "EACCES") return "this user may not. Choose a port above 1023 with --port.";
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return "this machine has no such address. Choose another with --host.";
  }
  return message;
}

/** An address that stands for all of them is reached at loopback. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host.replaceAll(/^\[|\]$/g, "")}]` : host;
}
