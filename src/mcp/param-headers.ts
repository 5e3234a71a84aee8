import { asBuffer } from "../kernel/as-buffer.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../kernel/json.ts";
import type { RawJson } from "../kernel/raw-json.ts";
import { encodeHeaderValue } from "./header-value.ts";

/** An argument that the server wants mirrored in a header (revision 2026-07-28, `x-mcp-header`). */
export interface ParamHeader {
  /** `Mcp-Param-<Name>`. */
  readonly header: string;
  /** Where the value stands in the arguments. */
  readonly path: readonly string[];
}

const KEY = "x-mcp-header";
const HTTP_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;
const MIRRORED_TYPES: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  "string",
  "integer",
  "boolean",
]);
const MAX_DEPTH = 16;

/**
 * The headers that a tool's definition asks for. Annotations against the specification (not on a
 * string, integer or boolean property, no header token, a name used twice) are left out.
 */
export function readParamHeaders(definition: RawJson): readonly ParamHeader[] {
  if (!asBuffer(definition.bytes).includes(`"${KEY}"`)) return [];
  const tool = parsed(definition);
  const schema = isJsonObject(tool) ? tool["inputSchema"] : undefined;
  const found = new Map<string, ParamHeader>();
  if (isJsonObject(schema)) collect(schema, [], found);
  return [...found.values()];
}

function parsed(definition: RawJson): JsonValue {
  try {
    return definition.value();
  } catch {
    return null;
  }
}

/** The header lines for a call, name and value by turns; absent, null and odd values are left out. */
export function encodeParamHeaders(headers: readonly ParamHeader[], args: RawJson): string[] {
  if (headers.length === 0) return [];
  const values = args.value();
  return headers.flatMap(({ header, path }) => {
    const value = mirrored(path.reduce<JsonValue | undefined>(member, values));
    return value === undefined ? [] : [header, encodeHeaderValue(value)];
  });
}

function collect(
  schema: JsonObject,
  path: readonly string[],
  found: Map<string, ParamHeader>,
): void {
  const properties = schema["properties"];
  if (path.length >= MAX_DEPTH || !isJsonObject(properties)) return;
  for (const [key, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const name = property[KEY];
    const isToken = typeof name === "string" && HTTP_TOKEN.test(name);
    if (isToken && MIRRORED_TYPES.has(property["type"]) && !found.has(name.toLowerCase())) {
      found.set(name.toLowerCase(), { header: `Mcp-Param-${name}`, path: [...path, key] });
    }
    collect(property, [...path, key], found);
  }
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function mirrored(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : undefined;
}
