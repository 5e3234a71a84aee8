export { createMcpEdge, type McpEdge } from "./create-mcp-edge.ts";
export { readLines } from "./stdio.ts";
export { discoveryDefinitions } from "./surfaces/discovery-surface.ts";
