import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { rawJson, type RawJson } from "../../kernel/raw-json.ts";
import { objectMembers, parseSpan } from "../../mcp/json-scan.ts";
import type { ServerId } from "./ids.ts";
import type { CatalogOptions } from "./options.ts";
import { schemaFlags } from "./schema-flags.ts";
import { toolFingerprint } from "./fingerprint.ts";
import type { Tool, ToolAnnotations, ToolFlag } from "./tool.ts";

/** A tool that has been read and has no id yet. */
export type ToolDraft = Omit<Tool, "id">;

/** A definition that cannot become a tool. */
export interface RejectedDefinition {
  /** The tool's name, as far as it could be read. */
  readonly name: string;
  readonly reason: string;
}

/** A definition that has been read: a tool without id, or why it cannot become one. */
export type ReadDefinition =
  | { readonly kind: "draft"; readonly draft: ToolDraft }
  | ({ readonly kind: "rejected" } & RejectedDefinition);

/** Longest upstream name taken up, in UTF-16 code units (the protocol allows 128). */
const MAX_NAME_LENGTH = 1_024;

const ANY_ARGUMENTS: JsonObject = { type: "object" };

/**
 * Reads one tool definition as its server sent it. What is merely odd is repaired (a schema that is
 * missing, words of the wrong type) or flagged; only what has no usable name, is not a JSON object
 * or is far too large is rejected.
 */
export function readDefinition(
  server: ServerId,
  definition: RawJson,
  limits: Pick<CatalogOptions, "maxDefinitionBytes" | "maxSchemaLength">,
): ReadDefinition {
  const { bytes } = definition;
  if (bytes.length > limits.maxDefinitionBytes) {
    const reason = `the definition has ${bytes.length} bytes, allowed are ${limits.maxDefinitionBytes}`;
    return rejected(nameOf(bytes), reason);
  }
  const members = parseDefinition(bytes);
  if (typeof members === "string") return rejected("(unreadable)", members);
  const name = members["name"];
  if (typeof name !== "string" || name === "") {
    return rejected("(unnamed)", `name must be a text that is not empty, got ${show(name)}`);
  }
  if (name.length > MAX_NAME_LENGTH) {
    const reason = `the name has ${name.length} characters, allowed are ${MAX_NAME_LENGTH}`;
    return rejected(`${name.slice(0, 64)}…`, reason);
  }
  const draft = toDraft({ server, name }, members, limits);
  const kept = rawJson(new Uint8Array(bytes));
  return {
    kind: "draft",
    draft: { ...draft, definition: kept, fingerprint: toolFingerprint(draft, kept) },
  };
}

function toDraft(
  key: { readonly server: ServerId; readonly name: string },
  members: JsonObject,
  limits: Pick<CatalogOptions, "maxSchemaLength">,
): Omit<ToolDraft, "definition" | "fingerprint"> {
  const annotations = readAnnotations(members["annotations"]);
  const title = readText(members["title"]) ?? annotations?.title;
  const description = readText(members["description"]);
  const outputSchema = members["outputSchema"];
  const schema = members["inputSchema"];
  const isUsable = describesObjects(schema);
  const flags: ToolFlag[] = isUsable
    ? schemaFlags(schema, limits.maxSchemaLength)
    : ["schema-missing"];
  return {
    ...key,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    inputSchema: isUsable ? schema : ANY_ARGUMENTS,
    ...(isJsonObject(outputSchema) ? { outputSchema } : {}),
    ...(annotations === undefined ? {} : { annotations }),
    readOnly: annotations?.readOnlyHint === true,
    flags,
  };
}

/** The members of a definition, or why there are none. */
function parseDefinition(bytes: Uint8Array): JsonObject | string {
  try {
    objectMembers(bytes);
    return rawJson(bytes).value() as JsonObject;
  } catch (error) {
    return `not a JSON object: ${(error as Error).message}`;
  }
}

function nameOf(bytes: Uint8Array): string {
  try {
    const span = objectMembers(bytes).get("name");
    const name = span && parseSpan(bytes, span);
    return typeof name === "string" ? name.slice(0, 128) : "(unnamed)";
  } catch {
    return "(unreadable)";
  }
}

/** Whether a value is a schema that an arguments object could fit at all. */
function describesObjects(schema: JsonValue | undefined): schema is JsonObject {
  if (!isJsonObject(schema)) return false;
  const { type } = schema;
  return (
    type === undefined || type === "object" || (Array.isArray(type) && type.includes("object"))
  );
}

function readText(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const HINTS = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] as const;

function readAnnotations(value: JsonValue | undefined): ToolAnnotations | undefined {
  if (!isJsonObject(value)) return undefined;
  const title = readText(value["title"]);
  const hints = HINTS.filter((hint) => typeof value[hint] === "boolean");
  return {
    ...(title === undefined ? {} : { title }),
    ...Object.fromEntries(hints.map((hint) => [hint, value[hint] as boolean])),
  };
}

function rejected(name: string, reason: string): ReadDefinition {
  return { kind: "rejected", name, reason };
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 60);
}
