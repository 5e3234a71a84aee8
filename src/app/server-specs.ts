import type { ServerEntry } from "../config/servers/server-entry.ts";
import { parseServerId } from "../core/catalog/index.ts";
import type { ServerSpec } from "../core/upstream/index.ts";
import { GatewayError } from "../kernel/errors.ts";

/** A configured entry as the supervised connections take it; what is said of caching is not theirs. */
export function toServerSpec(configured: ServerEntry): ServerSpec {
  const { cache: _cache, ...entry } = configured;
  const id = parseServerId(entry.id);
  if (id === undefined) {
    throw new GatewayError("internal", `${entry.id} passed the config but is no server id.`, {});
  }
  return { ...entry, id };
}
