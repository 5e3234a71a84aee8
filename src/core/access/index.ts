export type { Access } from "./access.ts";
export { newApiKey, type NewApiKey } from "./api-key.ts";
export { bearerToken } from "./bearer-token.ts";
export { canSeeServer, isOperator, seesAllTools, type ServerSight } from "./can-see-server.ts";
export { createAccess, type AccessControl } from "./create-access.ts";
export { ACCESS_DEFAULTS, type AccessOptions, type ApiKeyOptions } from "./options.ts";
export { principalKey, ROLES, type Principal, type Role, type ToolRules } from "./principal.ts";
