export type { Catalog, CatalogChange, CatalogServer, CatalogServerSettings } from "./catalog.ts";
export { createCatalog, type CatalogDeps } from "./create-catalog.ts";
export { parseServerId, serverOfToolId, type ServerId, type ToolId } from "./ids.ts";
export { CATALOG_DEFAULTS, type CatalogOptions } from "./options.ts";
export { patternCost, type PatternCost } from "./pattern-cost.ts";
export type { RejectedDefinition } from "./read-definition.ts";
export { schemaFlags } from "./schema-flags.ts";
export type { Tool, ToolAnnotations, ToolFlag } from "./tool.ts";
