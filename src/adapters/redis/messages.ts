import { isJsonObject, type JsonValue } from "../../kernel/json.ts";

/** What replicas tell each other. */
export type Message =
  | { readonly scopes: readonly string[] }
  | { readonly key: string }
  | { readonly released: string }
  | { readonly all: true };

/** Writes a message; `from` is the id of the replica that sends it. */
export function formatMessage(from: string, message: Message): string {
  return JSON.stringify({ from, ...message });
}

/** Reads a message. One that is not understood may be a later version's: anything may be void. */
export function readMessage(text: string): { readonly from: string } & Message {
  const { from, scopes, key, released } = parse(text);
  const sender = typeof from === "string" ? from : "";
  if (typeof released === "string") return { from: sender, released };
  if (typeof key === "string") return { from: sender, key };
  if (Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string")) {
    return { from: sender, scopes };
  }
  return { from: sender, all: true };
}

function parse(text: string): Readonly<Record<string, JsonValue | undefined>> {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
