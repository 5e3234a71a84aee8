export type { Catalog, CatalogChange, CatalogServer, CatalogServerSettings } from "./catalog.ts";
export { parseServerId, type ServerId, type ToolId } from "./ids.ts";
export type { Tool, ToolAnnotations, ToolFlag } from "./tool.ts";
