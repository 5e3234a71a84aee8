import { scriptEntry } from "../server-entry.ts";
import type { ServerEntry } from "../server-entry.ts";
import type { RawStdioOptions } from "./options.ts";

/** The raw server over stdio, as it stands in a config; it runs in its own process. */
export function rawStdioEntry(options: RawStdioOptions = {}): ServerEntry {
  return scriptEntry("test/support/raw-server/stdio-main.ts", [JSON.stringify(options)]);
}
