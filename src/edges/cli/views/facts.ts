import { displayWidth, padding } from "../text/display-width.ts";
import { singleLine } from "../text/safe-text.ts";
import type { Canvas } from "../text/table.ts";
import { indented } from "../text/wrap.ts";

/** A name and what there is to say of it. */
export type Fact = readonly [name: string, value: string];

/** Names and values in two columns; long values go on below themselves. */
export function renderFacts(facts: readonly Fact[], { width, style }: Canvas): string {
  const names = Math.max(...facts.map(([name]) => displayWidth(name)));
  const indent = " ".repeat(names + 2);
  return facts
    .map(([name, value]) => {
      const lines = indented(singleLine(value), indent, width).slice(indent.length);
      return `${style("bold", name)}${padding(name, names + 2)}${lines}`;
    })
    .join("\n");
}
