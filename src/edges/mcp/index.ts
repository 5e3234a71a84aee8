export { createMcpEdge, type McpEdge } from "./create-mcp-edge.ts";
export { MCP_EDGE_DEFAULTS, type McpEdgeOptions } from "./options.ts";
export { discoveryDefinitions } from "./surfaces/discovery-surface.ts";
