import { isJsonObject, type JsonObject, type JsonValue } from "../../kernel/json.ts";
import { valueAtFragment } from "../../kernel/json-pointer.ts";
import { patternCost } from "./pattern-cost.ts";
import type { ToolFlag } from "./tool.ts";

/** Schema nodes, references followed, above which validating is too much work. */
const MAX_EXPANDED_NODES = 1_000_000;

/** Depth, references followed, above which a schema is not looked into any further. */
const MAX_DEPTH = 1_000;

/** Different patterns of one schema that are judged; more count as hostile. */
const MAX_PATTERNS = 200;

const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
  "dependencies",
]);
const DATA: ReadonlySet<string> = new Set(["enum", "const", "default", "examples", "example"]);
const REFERENCES: ReadonlySet<string> = new Set(["$ref", "$dynamicRef", "$recursiveRef"]);

interface Inspection {
  readonly root: JsonObject;
  readonly sizes: Map<JsonValue, number>;
  readonly references: Set<string>;
  readonly ids: Set<string>;
  readonly patterns: Set<string>;
  depth: number;
}

/**
 * What makes it unwise to validate against a schema: a reference that is not in it, a pattern that
 * can hang the process, or references that multiply into more work than anybody could want.
 * Costs one pass; nothing is compiled or fetched.
 */
export function schemaFlags(schema: JsonObject, maxLength: number): ToolFlag[] {
  const inspection: Inspection = {
    root: schema,
    sizes: new Map(),
    references: new Set(),
    ids: new Set(),
    patterns: new Set(),
    depth: 0,
  };
  const size = measure(inspection, schema);
  const flags: ToolFlag[] = [];
  if (hasRemoteReference(inspection)) flags.push("schema-remote-ref");
  if (hasHostilePattern(inspection)) flags.push("schema-hostile-pattern");
  if (size > MAX_EXPANDED_NODES || JSON.stringify(schema).length > maxLength) {
    flags.push("schema-too-large");
  }
  return flags;
}

/** Counts schema nodes as a validator would meet them; a cycle is counted once. */
function measure(inspection: Inspection, node: JsonValue): number {
  if (Array.isArray(node)) return sum(node.map((item: JsonValue) => measure(inspection, item)));
  if (!isJsonObject(node)) return 0;
  const known = inspection.sizes.get(node);
  if (known !== undefined) return known;
  if (inspection.depth >= MAX_DEPTH) return Infinity;
  inspection.sizes.set(node, 1);
  inspection.depth += 1;
  const members = Object.entries(node);
  const size = 1 + sum(members.map(([key, value]) => measureMember(inspection, key, value)));
  inspection.depth -= 1;
  inspection.sizes.set(node, size);
  return size;
}

function measureMember(inspection: Inspection, key: string, value: JsonValue): number {
  if (DATA.has(key)) return 0;
  if (typeof value === "string") return measureText(inspection, key, value);
  if (!SCHEMA_MAPS.has(key) || !isJsonObject(value)) return measure(inspection, value);
  if (key === "patternProperties") {
    for (const pattern of Object.keys(value)) inspection.patterns.add(pattern);
  }
  return sum(Object.values(value).map((schema) => measure(inspection, schema)));
}

function measureText(inspection: Inspection, key: string, value: string): number {
  if (key === "pattern") inspection.patterns.add(value);
  if (key === "$id") inspection.ids.add(value.split("#", 1)[0]!);
  if (!REFERENCES.has(key)) return 0;
  inspection.references.add(value);
  const target = valueAtFragment(inspection.root, value);
  return target === undefined ? 0 : measure(inspection, target);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function hasRemoteReference({ references, ids }: Inspection): boolean {
  return [...references].some((reference) => {
    const [document] = reference.split("#", 1);
    return document !== "" && !ids.has(document!);
  });
}

function hasHostilePattern({ patterns }: Inspection): boolean {
  if (patterns.size > MAX_PATTERNS) return true;
  return [...patterns].some((pattern) => patternCost(pattern).kind === "hostile");
}
