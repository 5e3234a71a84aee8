import { nearestNames } from "../../kernel/nearest-names.ts";
import type { ToolId } from "./ids.ts";
import type { Tool } from "./tool.ts";

/** Tools whose names are compared letter by letter; chosen from all by a cheap measure. */
const CANDIDATES = 100;

/**
 * The ids most like `wanted`, best first, at most three: compared with ids and with upstream names.
 * Cost: one pass over the tools, then the edit distance to the 100 likeliest.
 */
export function nearestTools(wanted: string, tools: Iterable<Tool>): readonly ToolId[] {
  const folded = fold(wanted);
  const letters = lettersOf(folded);
  const likely: { tool: Tool; distance: number }[] = [];
  for (const tool of tools) {
    const [id, name] = [fold(tool.id), fold(tool.name)];
    const isPart = folded.length >= 3 && (id.includes(folded) || folded.includes(name));
    const distance = isPart
      ? 0
      : Math.min(difference(letters, lettersOf(id)), difference(letters, lettersOf(name)));
    likely.push({ tool, distance });
  }
  likely.sort((a, b) => a.distance - b.distance);
  const ids = new Map<string, ToolId>();
  for (const { tool } of likely.slice(0, CANDIDATES)) {
    ids.set(tool.id, tool.id);
    if (!ids.has(tool.name)) ids.set(tool.name, tool.id);
  }
  const nearest = nearestNames(wanted, ids.keys(), 6).map((name) => ids.get(name)!);
  return [...new Set(nearest)].slice(0, 3);
}

function fold(name: string): string {
  return name.slice(0, 64).toLowerCase();
}

/** The letters and digits that occur, a bit each. */
function lettersOf(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at++) letters |= 1 << (text.charCodeAt(at) % 32);
  return letters;
}

/** How many letters occur in one of the two only. */
function difference(a: number, b: number): number {
  let bits = a ^ b;
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count += 1;
  return count;
}
