import type { JudgedServer } from "../clients/judge-imports.ts";
import { describeEntry } from "./entry-target.ts";
import { type Canvas, type Column, renderTable } from "../text/table.ts";

const COLUMNS: readonly Column<JudgedServer>[] = [
  { title: "SERVER", value: ({ id }) => id },
  {
    title: "STATE",
    value: ({ verdict }) => verdict,
    paint: ({ verdict }) => (verdict === "new" ? "green" : "dim"),
  },
  { title: "FROM", value: ({ program }) => program },
  { title: "WHERE", value: ({ entry }) => describeEntry(entry), flexible: true },
  { title: "FILE", value: ({ path }) => path, flexible: true },
];

/** What was found in other programs' configs. */
export function renderImport(
  servers: readonly JudgedServer[],
  problems: readonly string[],
  canvas: Canvas,
): string {
  const found =
    servers.length === 0
      ? "No servers were found where Claude, Cursor and VS Code keep theirs."
      : renderTable(servers, COLUMNS, canvas);
  const notes = problems.map((problem) => `${canvas.style("yellow", "note:")} ${problem}`);
  return [found, ...notes].join("\n");
}
