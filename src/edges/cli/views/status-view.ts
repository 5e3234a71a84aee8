import type { z } from "zod";
import type { statusSchema } from "../../../contract/index.ts";
import { displayWidth, padding } from "../text/display-width.ts";
import { countOf, formatBytes, formatCount, formatDuration } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import type { Canvas } from "../text/table.ts";
import { indented } from "../text/wrap.ts";

type Status = z.output<typeof statusSchema>;

/** How the daemon is doing, a fact a line. */
export function renderStatus(status: Status, target: string, canvas: Canvas): string {
  const { discovery } = status;
  const facts: (readonly [string, string])[] = [
    ["daemon", `Switchboard ${status.version} at ${target}, process ${status.pid}`],
    ["running for", formatDuration(status.uptimeMs)],
    ["memory", formatBytes(status.rssBytes)],
    ["servers", describeServers(status.servers)],
    [
      "tools",
      `${formatCount(status.tools)}, ${formatCount(discovery.indexedTools)} of them searchable`,
    ],
    ["calls under way", formatCount(status.callsInFlight)],
    [
      "search",
      `${discovery.model}, ${discovery.dimension} dimensions, ${discovery.index ?? "no"} index`,
    ],
    [
      "catalogue",
      status.tokens.catalogue === 0 ? "not counted yet" : countOf(status.tokens.catalogue, "token"),
    ],
    ...(status.sharedCache === undefined
      ? []
      : [["shared cache", describeSharedCache(status.sharedCache)] as const]),
    ...discovery.notes.map((note) => ["note", note] as const),
  ];
  return renderFacts(facts, canvas);
}

/** Names and values in two columns; long values go on below themselves. */
function renderFacts(
  facts: readonly (readonly [string, string])[],
  { width, style }: Canvas,
): string {
  const names = Math.max(...facts.map(([name]) => displayWidth(name)));
  const indent = " ".repeat(names + 2);
  return facts
    .map(([name, value]) => {
      const lines = indented(singleLine(value), indent, width).slice(indent.length);
      return `${style("bold", name)}${padding(name, names + 2)}${lines}`;
    })
    .join("\n");
}

function describeSharedCache({
  state,
  target,
  reason,
}: NonNullable<Status["sharedCache"]>): string {
  return `${state}, ${target}${reason === undefined ? "" : `: ${reason}`}`;
}

function describeServers(counts: Status["servers"]): string {
  const { total, ...states } = counts;
  const parts = Object.entries(states)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  return parts.length === 0 ? String(total) : `${total}: ${parts.join(", ")}`;
}
