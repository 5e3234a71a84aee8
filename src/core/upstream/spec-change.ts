import { isJsonObject } from "../../kernel/json.ts";
import type { ServerSpec } from "./server-spec.ts";

/** Whether two specs ask for the same connections; the rest of a spec can change while they stand. */
export function hasSameConnections(a: ServerSpec, b: ServerSpec): boolean {
  return (
    a.disabled === b.disabled && a.isolation === b.isolation && isSame(a.endpoints, b.endpoints)
  );
}

/** Whether two specs give the catalogue the same words and rules. */
export function hasSameCatalogSettings(a: ServerSpec, b: ServerSpec): boolean {
  return a.description === b.description && isSame(a.tags, b.tags) && isSame(a.tools, b.tools);
}

/** Structural equality of plain data; a member that is undefined counts as absent. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(a[key], b[key]));
}
