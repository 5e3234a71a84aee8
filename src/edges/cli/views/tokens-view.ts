import type { z } from "zod";
import type { tokenReportSchema } from "../../../contract/index.ts";
import { formatCount } from "../text/quantities.ts";
import { type Canvas, type Column, renderTable } from "../text/table.ts";

type Report = z.output<typeof tokenReportSchema>;

interface Line {
  readonly name: string;
  readonly tools: string;
  readonly tokens: string;
  readonly share: string;
  readonly total: boolean;
}

const COLUMNS: readonly Column<Line>[] = [
  {
    title: "SERVER",
    value: ({ name }) => name,
    flexible: true,
    paint: ({ total }) => (total ? "bold" : undefined),
  },
  { title: "TOOLS", value: ({ tools }) => tools, align: "right" },
  { title: "TOKENS", value: ({ tokens }) => tokens, align: "right" },
  { title: "OF ALL", value: ({ share }) => share, align: "right" },
];

/** What each server's tools cost, the largest first, and what is saved. */
export function renderTokens(report: Report, canvas: Canvas): string {
  const { catalogue, surface, servers, tokenizer } = report;
  const tools = servers.reduce((sum, server) => sum + server.tools, 0);
  const lines: Line[] = servers
    .toSorted((a, b) => b.tokens - a.tokens || (a.id < b.id ? -1 : 1))
    .map((server) => ({
      name: server.id,
      tools: formatCount(server.tools),
      tokens: formatCount(server.tokens),
      share: percent(server.tokens, catalogue),
      total: false,
    }));
  const sum = (name: string, count: string, tokens: number): Line => ({
    name,
    tools: count,
    tokens: formatCount(tokens),
    share: percent(tokens, catalogue),
    total: true,
  });
  const table = renderTable(
    [
      ...lines,
      sum("whole catalogue", formatCount(tools), catalogue),
      sum("through Switchboard", "", surface),
    ],
    COLUMNS,
    canvas,
  );
  return `${table}\n\n${describeSaving(catalogue, surface)} Counted with ${tokenizer}.`;
}

function describeSaving(catalogue: number, surface: number): string {
  const saved = catalogue - surface;
  if (saved <= 0) return "The catalogue is small enough to be given to a model whole.";
  return `Saved: ${formatCount(saved)} tokens in every conversation (${percent(saved, catalogue)}).`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "" : `${((part / whole) * 100).toFixed(1)}%`;
}
