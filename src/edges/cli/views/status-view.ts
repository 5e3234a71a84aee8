import type { z } from "zod";
import type { statusSchema } from "../../../contract/index.ts";
import { countOf, formatBytes, formatCount, formatDuration } from "../text/quantities.ts";
import type { Canvas } from "../text/table.ts";
import { renderFacts, type Fact } from "./facts.ts";

type Status = z.output<typeof statusSchema>;

/** How the daemon is doing, a fact a line. */
export function renderStatus(status: Status, target: string, canvas: Canvas): string {
  const { discovery } = status;
  const facts: Fact[] = [
    ["daemon", `Switchboard ${status.version} at ${target}, process ${status.pid}`],
    ["running for", formatDuration(status.uptimeMs)],
    ["memory", formatBytes(status.rssBytes)],
    ["servers", describeServers(status.servers)],
    ["tools", describeTools(status)],
    ["calls under way", formatCount(status.callsInFlight)],
    ["plans under way", formatCount(status.plansRunning)],
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

function describeTools({ tools, composites, discovery }: Status): string {
  const made = composites === 0 ? "" : `${countOf(composites, "composite")} among them, `;
  return `${formatCount(tools)}, ${made}${formatCount(discovery.indexedTools)} searchable`;
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
