import { type Canvas, type Column, renderTable } from "../text/table.ts";
import type { Tool } from "./tool-card.ts";

const COLUMNS: readonly Column<Tool>[] = [
  { title: "TOOL", value: ({ id }) => id, paint: () => "cyan" },
  {
    title: "WHAT IT DOES",
    value: ({ title, description }) => description ?? title ?? "",
    flexible: true,
  },
];

const STATE: Column<Tool> = {
  title: "SERVER",
  value: ({ health }) => health,
  paint: ({ health }) => (health === "ready" ? undefined : "yellow"),
};

/** Tools, one a line. */
export function renderTools(tools: readonly Tool[], canvas: Canvas): string {
  if (tools.length === 0) return "There are no tools. See switchboard servers list.";
  const [id, about] = COLUMNS;
  const troubled = tools.some(({ health }) => health !== "ready");
  const columns = troubled ? [id!, STATE, about!] : COLUMNS;
  return renderTable(tools, columns, canvas);
}
