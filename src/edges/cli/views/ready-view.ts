import type { ServeReady } from "../host.ts";
import { countOf } from "../text/quantities.ts";
import type { Canvas } from "../text/table.ts";

const CONNECT = "npx switchboard connect claude-code";
const TRY_EXAMPLE = [
  'npx switchboard search "who works at a company"',
  `npx switchboard call users__search_users '{"name":"Alice"}'`,
  CONNECT,
] as const;
const TRY_OWN = [
  'npx switchboard search "what you need"',
  "npx switchboard tools",
  CONNECT,
] as const;

/** Where the daemon listens, and what to try. */
export function renderReady(ready: ServeReady, version: string, { style }: Canvas): string {
  const { url, mcpUrl, servers, serverIds, tools, notes } = ready;
  const lines = serverIds.includes("users") ? TRY_EXAMPLE : TRY_OWN;
  const more = tools === 0 ? "" : `, ${countOf(tools, "tool")} known so far`;
  return [
    `${style("bold", `Switchboard ${version}`)} listens on ${style("cyan", url)}`,
    `  MCP clients connect to ${style("cyan", mcpUrl)}`,
    `  ${countOf(servers, "server")}${more}, connecting in the background.`,
    ...notes.map((note) => `  ${style("yellow", "note:")} ${note}`),
    "",
    "Try in another shell:",
    ...lines.map((line) => `  ${line}`),
  ].join("\n");
}
