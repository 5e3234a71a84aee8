import { z } from "zod";
import { foundToolSchema, type searchAnswerSchema } from "../../../contract/index.ts";
import { countOf, formatCount, formatDuration } from "../text/quantities.ts";
import { type Canvas, type Column, renderTable } from "../text/table.ts";
import { renderToolCard } from "./tool-card.ts";

export type SearchAnswer = z.output<typeof searchAnswerSchema>;
type FoundTool = z.output<typeof foundToolSchema>;

const foundTools = /* @__PURE__ */ z.array(foundToolSchema);

const ID: Column<FoundTool> = { title: "TOOL", value: ({ id }) => id, paint: () => "cyan" };
const SCORE: Column<FoundTool> = {
  title: "SCORE",
  value: ({ score }) => score.toFixed(2),
  align: "right",
};
const STATE: Column<FoundTool> = {
  title: "SERVER",
  value: ({ health }) => health,
  paint: ({ health }) => (health === "ready" ? undefined : "yellow"),
};
const ABOUT: Column<FoundTool> = {
  title: "WHAT IT DOES",
  value: ({ title, description }) => description ?? title ?? "",
  flexible: true,
};

/** The tools that were found: a table, or a card each where more was asked for than fits a line. */
export function renderHits(
  answer: SearchAnswer,
  detail: "name" | "summary" | "schema",
  canvas: Canvas,
): string {
  const tools = foundTools.parse(answer.tools);
  if (tools.length === 0) return "No tool fits. Try other words, or fewer.";
  const explained = tools.some((tool) => tool.explain !== undefined);
  const shown =
    detail === "schema" || explained
      ? tools.map((tool) => renderFound(tool, canvas)).join("\n\n")
      : renderTable(tools, columnsFor(tools, detail), canvas);
  return answer.abstained ? `Nothing fits well. Nearest are:\n\n${shown}` : shown;
}

/** How the search went, in a line. */
export function summariseSearch(answer: SearchAnswer): string {
  const { tools, mode, tokens, tookMs } = answer;
  const saved =
    tokens.catalogue === 0
      ? ""
      : `; ${formatCount(tokens.returned)} tokens instead of ${formatCount(tokens.catalogue)}`;
  return `${countOf(tools.length, "tool")} in ${formatDuration(tookMs)} (${mode})${saved}`;
}

function columnsFor(tools: readonly FoundTool[], detail: "name" | "summary"): Column<FoundTool>[] {
  const troubled = tools.some(({ health }) => health !== "ready");
  return [ID, SCORE, ...(troubled ? [STATE] : []), ...(detail === "name" ? [] : [ABOUT])];
}

function renderFound(tool: FoundTool, canvas: Canvas): string {
  const signals = Object.entries(tool.explain ?? {})
    .map(([signal, value]) => `${signal} ${value.toFixed(3)}`)
    .join(", ");
  const heading = `score ${tool.score.toFixed(2)}${signals === "" ? "" : ` (${signals})`}`;
  return renderToolCard(tool, heading, canvas);
}
