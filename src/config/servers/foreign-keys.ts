import type { JsonObject, JsonValue } from "../../kernel/json.ts";
import { nearestNames } from "../../kernel/nearest-names.ts";
import { keysAt } from "../schema-keys.ts";
import type { EntryRemark } from "./entry-remark.ts";
import { IDLE_SERVER_KEYS, serverSchema } from "./server-schema.ts";

/** Other clients' names for `url`. */
const URL_KEYS = ["serverUrl", "httpUrl"];

/** What other clients call things that we have under another name and with another meaning. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["enabled", 'Write "disabled: true" to keep a server out.'],
  ["timeout", 'Write "timeoutMs", in milliseconds.'],
  ["transport", 'Write "type".'],
  ["transportType", 'Write "type".'],
  ["initTimeout", 'Write "startupTimeoutMs", in milliseconds.'],
]);

/**
 * Takes out of a pasted entry what only other clients know, with a warning for each key, and gives
 * `serverUrl` and `httpUrl` their common name. Settings that do nothing yet draw a warning too.
 */
export function withoutForeignKeys(raw: JsonObject): {
  readonly known: JsonObject;
  readonly warnings: readonly EntryRemark[];
} {
  const keys = keysAt(serverSchema, []);
  const known: Record<string, JsonValue> = {};
  const warnings: EntryRemark[] = [];
  const warn = (key: string, message: string) =>
    void warnings.push({ path: [key], atKey: true, message });
  for (const [key, value] of Object.entries(raw)) {
    if (keys.includes(key)) known[key] = value;
    else if (URL_KEYS.includes(key) && !Object.hasOwn(raw, "url")) known["url"] = value;
    else warn(key, `unknown here and ignored.${advice(key, keys)}`);
  }
  for (const key of IDLE_SERVER_KEYS) {
    if (Object.hasOwn(known, key)) warn(key, "has no effect in this version.");
  }
  return { known, warnings };
}

function advice(key: string, keys: readonly string[]): string {
  const known = ADVICE.get(key);
  if (known !== undefined) return ` ${known}`;
  const [near] = nearestNames(key, keys, 1);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}
