import { z } from "zod";
import { compositeSchema } from "../../src/config/composites/composite-schema.ts";
import {
  allGroups,
  COMPOSITES_SECTION,
  createFileSchema,
  SERVER_SECTIONS,
} from "../../src/config/file-schema.ts";
import { fileSettings } from "../../src/config/option-group.ts";
import { IDLE_SECTIONS } from "../../src/config/sections/idle.ts";
import { SERVER_TREATMENT_DEFAULTS, serverSchema } from "../../src/config/servers/server-schema.ts";
import {
  type FieldComment,
  fieldComments,
  interfaceComment,
  namedInterface,
} from "./doc-comments.ts";

/** As much of JSON Schema as a configuration needs. */
export interface SchemaNode {
  title?: string;
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, SchemaNode>;
  required?: readonly string[];
  additionalProperties?: boolean | SchemaNode;
  items?: SchemaNode;
  anyOf?: readonly SchemaNode[];
  $defs?: Record<string, SchemaNode>;
  $ref?: string;
}

const NO_EFFECT = "No effect in this version.";

/** The JSON Schema of a configuration file, each setting with its folder's own description. */
export function buildConfigSchema(): SchemaNode & { properties: Record<string, SchemaNode> } {
  const schema = z.toJSONSchema(createFileSchema(), { io: "input" }) as SchemaNode;
  const properties = schema.properties ?? {};
  for (const group of allGroups()) {
    const comments = fieldComments(`src/${group.owner.file}`, group.owner.type);
    const section = properties[group.section];
    for (const { field, key } of fileSettings(group)) {
      describe(section?.properties?.[key], comments.get(field));
    }
    delete section?.default;
  }
  for (const name of Object.keys(IDLE_SECTIONS)) properties[name]!.description = NO_EFFECT;
  for (const name of SERVER_SECTIONS) {
    properties[name] = {
      type: "object",
      description: "Servers by name, as other clients write them.",
      additionalProperties: { $ref: "#/$defs/server" },
    };
  }
  properties[COMPOSITES_SECTION] = {
    type: "object",
    description: "Plans by name, each of which becomes a tool.",
    additionalProperties: { $ref: "#/$defs/composite" },
  };
  properties["$schema"]!.description = "Where this schema is found, for editors.";
  properties["inputs"]!.description = "Known to VS Code only; ignored.";
  return {
    ...schema,
    title: "Switchboard configuration",
    properties,
    $defs: { server: serverNode(), composite: compositeNode() },
  };
}

function compositeNode(): SchemaNode {
  const file = "src/config/composites/composite-block.ts";
  const node = z.toJSONSchema(compositeSchema, { io: "input" }) as SchemaNode & {
    $schema?: string;
  };
  delete node.$schema;
  const comments = fieldComments(file, "CompositeBlock");
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    describe(child, comments.get(key));
  }
  return node;
}

function serverNode(): SchemaNode {
  const file = "src/config/servers/server-block.ts";
  const node = z.toJSONSchema(serverSchema, { io: "input" }) as SchemaNode & { $schema?: string };
  delete node.$schema;
  const comments = fieldComments(file, "ServerBlock");
  const standard = SERVER_TREATMENT_DEFAULTS as unknown as Readonly<Record<string, unknown>>;
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    if (Object.hasOwn(standard, key)) child.default = standard[key];
    describe(child, comments.get(key));
  }
  return node;
}

/** Puts a field's comment onto its node, and those of the interface it names onto what is inside. */
function describe(node: SchemaNode | undefined, comment: FieldComment | undefined): void {
  if (node === undefined || comment === undefined) return;
  const { file } = comment;
  const inner = node.items ?? node;
  const name = namedInterface(comment.type);
  const text = comment.text || (name === undefined ? "" : interfaceComment(file, name));
  node.description = node.default === undefined ? text : withoutDefault(text);
  if (inner.properties === undefined || name === undefined) return;
  const comments = fieldComments(file, name);
  for (const [key, child] of Object.entries(inner.properties)) {
    describe(child, comments.get(key));
  }
}

/** Takes out what a comment says of the default, which stands beside it from the code itself. */
function withoutDefault(text: string): string {
  return text
    .replaceAll(/[,;] default (?:`[^`]*`|[\d,.]*\d)(?: \([^)]*\))?(?=[.;,])/g, "")
    .replaceAll(
      /\s*\bDefault (?:role )?(?:`[^`]*`|[\d,.]*\d|none|true|false)(?: \w+B)?(?: \([^)]*\))?[.;](?=\s|$)/g,
      "",
    )
    .trim();
}

/** Settings whose comment names another range than the schema allows, dotted; there must be none. */
export function contradicted(schema: SchemaNode, path = ""): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const here = path === "" ? key : `${path}.${key}`;
    const range = /(?<![\d.])([\d,.]*\d)–([\d,.]*\d)(?!\S*`)/.exec(child.description ?? "");
    const bounds = range?.slice(1).map((text) => Number(text.replaceAll(",", "")));
    const { minimum, maximum } = child;
    const wrong = bounds !== undefined && minimum !== undefined;
    const differs = wrong && (bounds[0] !== minimum || bounds[1] !== maximum);
    return [...(differs ? [here] : []), ...contradicted(child.items ?? child, here)];
  });
}

/** Settings that say nothing of themselves, dotted; there must be none. */
export function undescribed(schema: SchemaNode, path = ""): string[] {
  const named = Object.entries(schema.properties ?? {});
  return named.flatMap(([key, child]) => {
    const here = path === "" ? key : `${path}.${key}`;
    const isSection = path === "" && child.properties !== undefined;
    const missing = !isSection && (child.description ?? "") === "" ? [here] : [];
    const inner = child.items?.properties === undefined ? child : child.items;
    return [...missing, ...(child.description === NO_EFFECT ? [] : undescribed(inner, here))];
  });
}
