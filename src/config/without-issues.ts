import type { z } from "zod";
import { isJsonObject, type JsonObject, type JsonValue } from "../kernel/json.ts";

/**
 * A file without the settings that a schema found wrong, so that the rules between the others can
 * still be checked.
 */
export function withoutIssues(file: JsonObject, issues: readonly z.core.$ZodIssue[]): JsonObject {
  const sound: Record<string, JsonValue> = { ...file };
  for (const issue of issues) {
    const [section, key] = issue.path.map(String);
    const content = section === undefined ? undefined : sound[section];
    const extra = issue.code === "unrecognized_keys" ? issue.keys : [];
    const wrong = key === undefined ? extra : [key];
    if (section === undefined) for (const name of extra) delete sound[name];
    else if (wrong.length > 0 && isJsonObject(content)) sound[section] = omit(content, wrong);
    else delete sound[section];
  }
  return sound;
}

function omit(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
