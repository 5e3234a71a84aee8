import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import type { Tool } from "../catalog/index.ts";

/** APIs whose shape of a function-calling tool is known. */
export const FUNCTION_FORMATS = ["openai", "anthropic"] as const;

export type FunctionFormat = (typeof FUNCTION_FORMATS)[number];

/** A tool as OpenAI's chat completions take it. */
export interface OpenaiTool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: JsonObject;
  };
}

/** A tool as Anthropic's messages take it. */
export interface AnthropicTool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
}

/** OpenAI refuses longer descriptions. */
const MAX_DESCRIPTION = 1_024;

/**
 * Writes a tool as an LLM's API takes it. The name is the gateway's id, so that the model's call goes
 * straight to the tool; the schema is an object schema without `anyOf`, `oneOf`, `allOf`, `not` or
 * `enum` at its top level, which both APIs refuse (what they say there is checked at the call).
 */
export function toFunctionTool(tool: Tool, format: FunctionFormat): OpenaiTool | AnthropicTool {
  const { id: name, description = tool.title ?? tool.name } = tool;
  const schema = plainObjectSchema(tool.inputSchema);
  if (format === "anthropic") return { name, description, input_schema: schema };
  return {
    type: "function",
    function: { name, description: shortened(description), parameters: schema },
  };
}

function shortened(text: string): string {
  return text.length <= MAX_DESCRIPTION ? text : `${text.slice(0, MAX_DESCRIPTION - 1)}…`;
}

const COMBINERS = ["anyOf", "oneOf", "allOf"] as const;
const REFUSED: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...COMBINERS,
  "not",
  "enum",
  "$schema",
]);

/** An object schema with the properties of all branches; only what every branch asks for is required. */
function plainObjectSchema(schema: JsonObject): JsonObject {
  const kept = Object.fromEntries(Object.entries(schema).filter(([key]) => !REFUSED.has(key)));
  const properties = Object.assign({}, ...propertiesOf(schema)) as JsonObject;
  const required = [...requiredOf(schema)];
  return {
    ...kept,
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
}

function branchesOf(schema: JsonObject, combiner: (typeof COMBINERS)[number]): JsonObject[] {
  const branches = schema[combiner];
  return Array.isArray(branches) ? branches.filter(isJsonObject) : [];
}

function propertiesOf(schema: JsonObject): JsonObject[] {
  const branches = COMBINERS.flatMap((combiner) => branchesOf(schema, combiner));
  const own = schema["properties"];
  return [...branches.map((branch) => branch["properties"]), own].filter(isJsonObject);
}

function requiredOf(schema: JsonObject): Set<string> {
  const all = new Set(names(schema["required"]));
  for (const branch of branchesOf(schema, "allOf")) {
    for (const name of names(branch["required"])) all.add(name);
  }
  for (const combiner of ["anyOf", "oneOf"] as const) {
    const [first, ...others] = branchesOf(schema, combiner).map(({ required }) => names(required));
    const shared = (first ?? []).filter((name) => others.every((list) => list.includes(name)));
    for (const name of shared) all.add(name);
  }
  return all;
}

function names(required: JsonValue | undefined): string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}
