import type { z } from "zod";
import type { toolSchema } from "../../../contract/index.ts";
import { isJsonObject } from "../../../kernel/json.ts";
import { indented } from "../text/wrap.ts";
import { singleLine, terminalSafe } from "../text/safe-text.ts";
import { type Canvas, type Column, renderTable } from "../text/table.ts";

export type Tool = z.output<typeof toolSchema>;

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly about: string;
}

const INDENT = "  ";

const COLUMNS: readonly Column<Parameter>[] = [
  { title: "ARGUMENT", value: ({ name }) => name },
  { title: "TYPE", value: ({ type }) => type, flexible: true },
  { title: "NEEDED", value: ({ required }) => (required ? "yes" : "no") },
  { title: "MEANING", value: ({ about }) => about, flexible: true },
];

/** One tool with its description and its arguments; `remark` stands beside its id. */
export function renderToolCard(tool: Tool, remark: string, { width, style }: Canvas): string {
  const state = tool.health === "ready" ? "" : style("yellow", ` [server ${tool.health}]`);
  const parts = [`${style("cyan", singleLine(tool.id))}  ${style("dim", remark)}${state}`];
  const about = tool.description ?? tool.title;
  const textWidth = Math.min(width, 100);
  if (about !== undefined) parts.push(indented(terminalSafe(about.trim()), INDENT, textWidth));
  const parameters = parametersOf(tool.inputSchema);
  if (parameters.length > 0) {
    const table = renderTable(parameters, COLUMNS, { width: width - INDENT.length, style });
    parts.push(table.replaceAll(/^(?=.)/gm, INDENT));
  } else if (tool.inputSchema !== undefined) parts.push(`${INDENT}Takes no arguments.`);
  return parts.join("\n");
}

function parametersOf(schema: unknown): Parameter[] {
  if (!isJsonObject(schema)) return [];
  const { properties, required } = schema;
  if (!isJsonObject(properties)) return [];
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties).map(([name, value]) => ({
    name,
    type: typeOf(value),
    required: needed.has(name),
    about:
      isJsonObject(value) && typeof value["description"] === "string" ? value["description"] : "",
  }));
}

function typeOf(schema: unknown): string {
  if (!isJsonObject(schema)) return "any";
  const { type, enum: choices, items } = schema;
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(" | ");
  if (type === "array" && isJsonObject(items)) return `${typeOf(items)}[]`;
  if (Array.isArray(type)) return type.map(String).join(" | ");
  return typeof type === "string" ? type : "any";
}
