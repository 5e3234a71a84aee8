import type { z } from "zod";
import type { cacheSuggestionsSchema } from "../../../contract/index.ts";
import { formatCount, formatDuration } from "../text/quantities.ts";
import { singleLine } from "../text/safe-text.ts";
import { type Canvas, type Column, renderTable } from "../text/table.ts";

type Suggestion = z.output<typeof cacheSuggestionsSchema>["suggestions"][number];

const COLUMNS: readonly Column<Suggestion>[] = [
  { title: "TOOL", value: ({ tool }) => tool, flexible: true },
  { title: "REPEATS", value: ({ repeats }) => formatCount(repeats), align: "right" },
  { title: "ALIKE", value: ({ alike }) => formatCount(alike), align: "right" },
  { title: "GAP", value: ({ medianGapMs }) => formatDuration(medianGapMs), align: "right" },
  { title: "TTL", value: ({ suggestedTtlMs }) => formatDuration(suggestedTtlMs), align: "right" },
  {
    title: "WOULD SAVE",
    value: ({ wouldHaveSavedMs }) => formatDuration(wouldHaveSavedMs),
    align: "right",
  },
];

/** Tools that might well be cached, and what to write. */
export function renderCacheSuggestions(suggestions: readonly Suggestion[], canvas: Canvas): string {
  const [first] = suggestions;
  if (first === undefined) {
    return "There is nothing to suggest: no tool that is not cached was called again with the same arguments and answered alike often enough.";
  }
  const { server, name, suggestedTtlMs } = first;
  const key = /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
  const rule = singleLine(`cache: { tools: { ${key}: { ttlMs: ${suggestedTtlMs} } } }`);
  const advice = `To cache the first: put  ${rule}  into the entry of server ${server}.`;
  return `${renderTable(suggestions, COLUMNS, canvas)}\n\n${advice}`;
}
