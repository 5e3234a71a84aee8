import type { z } from "zod";
import type { cacheStatsSchema } from "../../../contract/index.ts";
import { countOf, formatBytes, formatCount, formatDuration } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import { type Canvas, type Column, renderTable } from "../text/table.ts";

type Stats = z.output<typeof cacheStatsSchema>;
type ToolStats = Stats["tools"][number];

interface Tier {
  readonly name: string;
  readonly hits: number;
  readonly misses: number;
  readonly holds: string;
}

const TIER_COLUMNS: readonly Column<Tier>[] = [
  { title: "TIER", value: ({ name }) => name },
  { title: "HITS", value: ({ hits }) => formatCount(hits), align: "right" },
  { title: "MISSES", value: ({ misses }) => formatCount(misses), align: "right" },
  { title: "HIT RATIO", value: hitRatio, align: "right" },
  { title: "HOLDS", value: ({ holds }) => holds, flexible: true },
];

const TOOL_COLUMNS: readonly Column<ToolStats>[] = [
  { title: "TOOL", value: ({ tool }) => tool, flexible: true },
  { title: "HITS", value: ({ hits }) => formatCount(hits), align: "right" },
  { title: "MISSES", value: ({ misses }) => formatCount(misses), align: "right" },
  { title: "COALESCED", value: ({ coalesced }) => formatCount(coalesced), align: "right" },
  { title: "HIT RATIO", value: hitRatio, align: "right" },
  { title: "SAVED", value: ({ savedMs }) => formatDuration(savedMs), align: "right" },
];

/** What each tier did, what was saved, and the tools that were asked most. */
export function renderCacheStats(stats: Stats, canvas: Canvas): string {
  const tiers = renderTable(tiersOf(stats), TIER_COLUMNS, canvas);
  const summary = `Saved ${formatDuration(stats.savedMs)} of the servers' time; cache.mode is ${stats.mode}.`;
  const tools = stats.tools.length === 0 ? [] : [renderTable(stats.tools, TOOL_COLUMNS, canvas)];
  const remarks = stats.remarks.map(({ message }) => singleLine(message));
  return [tiers, ...tools, summary, ...remarks].join("\n\n");
}

function tiersOf({ l1, l2, l3 }: Stats): Tier[] {
  const held = (tier: Stats["l3"]): string =>
    `${countOf(tier.entries, "answer")}, ${formatBytes(tier.bytes)}`;
  const memory = { ...l1, name: "L1 memory", holds: `${held(l1)} of ${formatBytes(l1.maxBytes)}` };
  const semantic = { ...l3, name: "L3 semantic", holds: held(l3) };
  if (l2 === undefined) return [memory, semantic];
  const reason = l2.reason === undefined ? "" : ` (${singleLine(l2.reason)})`;
  return [
    memory,
    { ...l2, name: "L2 Redis", holds: `${l2.state}, ${l2.target}${reason}` },
    semantic,
  ];
}

function hitRatio({ hits, misses }: { readonly hits: number; readonly misses: number }): string {
  return hits + misses === 0 ? "" : `${((hits / (hits + misses)) * 100).toFixed(1)}%`;
}
