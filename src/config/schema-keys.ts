import { z } from "zod";
import type { ConfigPath } from "./problem.ts";

/** The keys that a schema knows at `path`; empty where it takes any key or none. */
export function keysAt(schema: z.core.$ZodType, path: ConfigPath): readonly string[] {
  const at = schemaAt(schema, path);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** The schema of the value at `path`, without defaults and optional markers. */
export function schemaAt(schema: z.core.$ZodType, path: ConfigPath): z.core.$ZodType | undefined {
  let at: z.core.$ZodType | undefined = unwrap(schema);
  for (const part of path) {
    at = at === undefined ? undefined : childOf(at, part);
    at = at === undefined ? undefined : unwrap(at);
  }
  return at;
}

/** Dotted paths of the sections that know a key, for "it belongs elsewhere" hints. */
export function sectionsKnowing(schema: z.core.$ZodType, key: string): readonly string[] {
  return keysAt(schema, [])
    .filter((section) => keysAt(schema, [section]).includes(key))
    .map((section) => `${section}.${key}`);
}

function childOf(schema: z.core.$ZodType, part: string | number): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as z.core.$ZodShape)[part];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

/** The schema inside defaults, optional markers and transformations; of a union its object or list. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  ) {
    return unwrap(schema.def.innerType);
  }
  if (schema instanceof z.ZodPipe) return unwrap(schema.def.in);
  if (schema instanceof z.ZodUnion) {
    const parts = schema.options.map(unwrap);
    return parts.find((part) => part instanceof z.ZodObject) ?? parts[0] ?? schema;
  }
  return schema;
}
