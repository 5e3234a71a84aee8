import { isJsonObject, type JsonValue } from "../kernel/json.ts";
import type { ConfigPath } from "./problem.ts";

const MAX_SHOWN = 60;

/** What was found, for messages: the value itself where it is short and no secret, else its kind. */
export function describeReceived(value: JsonValue | undefined, secret: boolean): string {
  if (value === undefined) return "missing";
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") {
    if (secret) return value === "" ? "an empty text" : "a text (not shown)";
    const shown = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
    return JSON.stringify(shown);
  }
  return secret ? `a ${typeof value} (not shown)` : JSON.stringify(value);
}

/** The value at `path`; undefined where there is none. */
export function valueAt(root: JsonValue, path: ConfigPath): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isJsonObject(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}
