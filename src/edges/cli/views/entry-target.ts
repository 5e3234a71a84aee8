import type { JsonObject } from "../../../kernel/json.ts";

/** Where an entry leads, in a few words: its URL without credentials and query, or its command. */
export function describeEntry({ url, command, args }: JsonObject): string {
  if (typeof url === "string") return withoutSecrets(url);
  if (typeof command !== "string") return "";
  return [command, ...(Array.isArray(args) ? args.map(String) : [])].join(" ");
}

function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return text;
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
