import type { JsonObject } from "../../kernel/json.ts";
import type { Tool, ToolAnnotations } from "../catalog/index.ts";

/** How much of a tool an answer shows: its name, one line about it, or all that calling it needs. */
export const DETAIL_LEVELS = ["name", "summary", "schema"] as const;

export type DetailLevel = (typeof DETAIL_LEVELS)[number];

/** A tool as searches and lists show it. `id` is the gateway's, `name` the upstream's own. */
export interface PresentedTool {
  readonly id: string;
  readonly server: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
}

const SUMMARY_CHARACTERS = 200;

/** Shows a tool at a level of detail. */
export function presentTool(tool: Tool, detail: DetailLevel): PresentedTool {
  const { id, server, name } = tool;
  if (detail === "name") return { id, server, name };
  const title = tool.title === undefined ? {} : { title: tool.title };
  if (detail === "summary") {
    return { id, server, name, ...title, ...described(summaryOf(tool.description)) };
  }
  return {
    id,
    server,
    name,
    ...title,
    ...described(tool.description),
    inputSchema: tool.inputSchema,
    ...(tool.annotations === undefined ? {} : { annotations: tool.annotations }),
  };
}

function described(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description };
}

/** The first sentence, or as much of it as fits a line. */
function summaryOf(description: string | undefined): string | undefined {
  const sentence = description?.trim().split(/(?<=[.!?])\s|\n/, 1)[0];
  if (sentence === undefined || sentence.length <= SUMMARY_CHARACTERS) return sentence;
  return `${sentence.slice(0, SUMMARY_CHARACTERS - 1)}…`;
}
