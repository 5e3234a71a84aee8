import type { ServeReady } from "../host.ts";
import { countOf } from "../text/quantities.ts";
import type { Canvas } from "../text/table.ts";

const TRY = [
  'npx switchboard search "who works at a company"',
  `npx switchboard call users__search_users '{"name":"Alice"}'`,
  "npx switchboard connect claude-code",
] as const;

/** Where the daemon listens, and what to try. */
export function renderReady(ready: ServeReady, version: string, { style }: Canvas): string {
  const { url, mcpUrl, servers, tools, notes } = ready;
  const more = tools === 0 ? "" : `, ${countOf(tools, "tool")} known so far`;
  return [
    `${style("bold", `Switchboard ${version}`)} listens on ${style("cyan", url)}`,
    `  MCP clients connect to ${style("cyan", mcpUrl)}`,
    `  ${countOf(servers, "server")}${more}; they connect in the background.`,
    ...notes.map((note) => `  ${style("yellow", "note:")} ${note}`),
    "",
    "Try in another shell:",
    ...TRY.map((line) => `  ${line}`),
  ].join("\n");
}
