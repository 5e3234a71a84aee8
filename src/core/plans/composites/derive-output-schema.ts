import { isJsonObject, type JsonObject, type JsonValue } from "../../../kernel/json.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import { membersOf } from "./named-tools.ts";

/** How deep a schema looks into an output. */
const MAX_DEPTH = 8;

/**
 * The schema of what a plan's `output` gives, where it is written as an object: its members, with the
 * types that are certain before it runs. Nothing is said of what a reference gives.
 */
export function deriveOutputSchema(plan: RawJson): JsonObject | undefined {
  const { output } = membersOf(plan);
  return isJsonObject(output) ? objectSchema(output, 0) : undefined;
}

function objectSchema(value: JsonObject, depth: number): JsonObject {
  const members = Object.entries(value);
  if (members.length === 0 || depth >= MAX_DEPTH) return { type: "object" };
  return {
    type: "object",
    properties: Object.fromEntries(
      members.map(([key, member]) => [key, schemaOf(member, depth + 1)]),
    ),
    required: members.map(([key]) => key),
  };
}

function schemaOf(value: JsonValue, depth: number): JsonObject {
  if (value === null) return { type: "null" };
  if (typeof value === "string") return isMaybeReference(value) ? {} : { type: "string" };
  if (Array.isArray(value)) return { type: "array" };
  if (isJsonObject(value)) return objectSchema(value, depth);
  return { type: typeof value };
}

/** Whether a text may be one reference, which keeps the type of what it finds. */
function isMaybeReference(text: string): boolean {
  return text.startsWith("${") && text.endsWith("}");
}
