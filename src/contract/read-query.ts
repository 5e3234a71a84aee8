import { z } from "zod";
import { readInput, unwrap } from "./read-input.ts";

/**
 * Reads query parameters by a schema whose members are strings, numbers, booleans or arrays of
 * strings (repeated, or separated by commas). A number that is none stays text, so that the schema
 * names it.
 * @throws GatewayError `invalid-request`; pointers name the parameter, as in `/limit`.
 */
export function readQuery<Schema extends z.ZodObject>(
  schema: Schema,
  query: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(query)) {
    values[name] = toValue(unwrap(schema.shape[name]), text);
  }
  return readInput(schema, values);
}

function toValue(schema: unknown, text: unknown): unknown {
  if (schema instanceof z.ZodArray) {
    return [text].flat().flatMap((part) => String(part).split(",").filter(Boolean));
  }
  if (typeof text !== "string") return text;
  if (schema instanceof z.ZodNumber) return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  if (schema instanceof z.ZodBoolean && /^(?:true|false)$/.test(text)) return text === "true";
  return text;
}
