import type { JsonObject } from "../../kernel/json.ts";
import type { ServerStatus } from "./upstreams.ts";

/**
 * Changes the set of servers while the daemon runs. What is added here is kept in an overlay in the
 * data directory; an entry of the config file with the same id wins and cannot be changed here.
 */
export interface ServerRegistry {
  /**
   * Adds a server from an entry of `mcpServers` shape; resolves once it is ready or its first
   * attempt has failed (it stays and is retried).
   * @throws GatewayError `server-exists`, `invalid-request` (all problems), or `forbidden` for an
   *   entry with `command` unless the config allows it.
   */
  add(id: string, entry: JsonObject, signal: AbortSignal): Promise<ServerStatus>;
  /** Merges `patch` into an overlay entry (null removes a member) and restarts the server if needed. */
  change(id: string, patch: JsonObject, signal: AbortSignal): Promise<ServerStatus>;
  /** @throws GatewayError `unknown-server`, or `forbidden` for an entry of the config file. */
  remove(id: string): Promise<void>;
}
