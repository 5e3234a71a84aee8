export type { Access } from "./access.ts";
export { ROLES, type Principal, type Role, type ToolRules } from "./principal.ts";
