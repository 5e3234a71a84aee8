import type { JsonObject } from "../../../kernel/json.ts";

/** Programs that `connect` knows. */
export const CLIENTS = ["claude-code", "cursor", "vscode"] as const;

export type Client = (typeof CLIENTS)[number];

/** The name under which the gateway is entered with clients. */
export const OWN_NAME = "switchboard";

/** How a client reaches the gateway: a daemon's URL, or a command that serves on standard input and output. */
export type Access =
  | { readonly url: string }
  | { readonly command: string; readonly args: readonly string[] };

/** An entry as a client wants it, and the block of its config where it belongs. */
export interface ClientEntry {
  readonly section: "mcpServers" | "servers";
  readonly entry: JsonObject;
}

/** Writes the entry for a client. Cursor tells the kinds of entry apart by their members, the others by `type`. */
export function createClientEntry(client: Client, access: Access): ClientEntry {
  const type = "url" in access ? "http" : "stdio";
  switch (client) {
    case "claude-code":
      return { section: "mcpServers", entry: { type, ...access } };
    case "cursor":
      return { section: "mcpServers", entry: { ...access } };
    case "vscode":
      return { section: "servers", entry: { type, ...access } };
  }
}
