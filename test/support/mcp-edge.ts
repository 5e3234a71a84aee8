import type { AddressInfo } from "node:net";
import fastify from "fastify";
import { createMcpEdge } from "../../src/edges/mcp/create-mcp-edge.ts";
import { MCP_EDGE_DEFAULTS, type McpEdgeOptions } from "../../src/edges/mcp/options.ts";
import type { McpEdge } from "../../src/edges/mcp/create-mcp-edge.ts";
import { createFakeGateway, type FakeGateway, type FakeGatewaySetup } from "./fake-gateway.ts";

/** The MCP edge in front of a fake gateway, on a real socket. */
export interface ServedEdge extends AsyncDisposable {
  readonly edge: McpEdge;
  readonly gateway: FakeGateway;
  /** Without path, for example `127.0.0.1:40123`. */
  readonly address: string;
}

export async function serveMcpEdge(
  options: Partial<McpEdgeOptions> = {},
  setup: FakeGatewaySetup = {},
): Promise<ServedEdge> {
  const gateway = createFakeGateway(setup);
  const edge = createMcpEdge({ ...MCP_EDGE_DEFAULTS, ...options }, gateway);
  const app = fastify();
  const principalOf = (request: { headers: { authorization?: string | undefined } }) =>
    gateway.access.authenticate(request.headers.authorization?.replace("Bearer ", ""));
  edge.register(app, principalOf);
  app.server.on("upgrade", (request, socket, head) => {
    if (!edge.upgrade({ request, socket, head }, principalOf(request))) socket.destroy();
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    edge,
    gateway,
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await edge[Symbol.asyncDispose]();
      app.server.closeAllConnections();
      await app.close();
      gateway[Symbol.dispose]();
    },
  };
}
