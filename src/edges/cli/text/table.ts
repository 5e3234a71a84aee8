import { displayWidth, padding, truncate } from "./display-width.ts";
import { singleLine } from "./safe-text.ts";
import type { Paint, Style } from "./style.ts";

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: "right";
  /** Stands before the value as it is, such as the branches of a tree. */
  readonly prefix?: (row: Row) => string;
  /** Gives way first when the table is too wide. */
  readonly flexible?: boolean;
  /** Only an addition: the text says it too. */
  readonly paint?: (row: Row) => Paint | undefined;
}

/** Where a text will stand. */
export interface Canvas {
  /** Columns there are; `Infinity` where nothing limits them. */
  readonly width: number;
  readonly style: Style;
}

const GAP = "  ";
const FLEXIBLE_MINIMUM = 12;
const MINIMUM = 4;

/** Rows under titles, never wider than the canvas: what does not fit is cut and ends in `…`. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { width, style }: Canvas,
): string {
  const cells = rows.map((row) =>
    columns.map(({ prefix, value }) => (prefix?.(row) ?? "") + singleLine(value(row))),
  );
  const widths = fit(naturalWidths(cells, columns), columns, width);
  const line = (texts: readonly string[], paintOf: (index: number) => Paint | undefined): string =>
    texts
      .map((text, index) => {
        const shown = truncate(text, widths[index]!);
        const space = padding(shown, widths[index]!);
        const painted = style(paintOf(index), shown);
        return columns[index]?.align === "right" ? space + painted : painted + space;
      })
      .join(GAP)
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      () => "bold",
    ),
    ...rows.map((row, at) => line(cells[at]!, (index) => columns[index]?.paint?.(row))),
  ].join("\n");
}

function naturalWidths(
  cells: readonly (readonly string[])[],
  columns: readonly { readonly title: string }[],
): number[] {
  return columns.map(({ title }, index) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[index]!)), displayWidth(title)),
  );
}

/** Takes from the widest flexible columns first, then from the widest of all. */
function fit(
  natural: readonly number[],
  columns: readonly { readonly flexible?: boolean }[],
  width: number,
): number[] {
  const widths = [...natural];
  const flexible = (index: number): boolean => columns[index]?.flexible === true;
  for (let excess = total(widths) - width; excess > 0 && excess < Infinity; excess -= 1) {
    const widest =
      widestOf(widths, (index) => flexible(index) && widths[index]! > FLEXIBLE_MINIMUM) ??
      widestOf(widths, (index) => widths[index]! > MINIMUM);
    if (widest === undefined) break;
    widths[widest]! -= 1;
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

function widestOf(
  widths: readonly number[],
  mayShrink: (index: number) => boolean,
): number | undefined {
  let found: number | undefined;
  widths.forEach((width, index) => {
    if (mayShrink(index) && (found === undefined || width > widths[found]!)) found = index;
  });
  return found;
}
