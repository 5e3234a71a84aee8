import { isJsonObject, type JsonObject, type JsonValue } from "../../../kernel/json.ts";
import { valueAtFragment } from "../../../kernel/json-pointer.ts";
import type { PathKey } from "../language/reads.ts";

/** What a schema says of what stands at a path. */
export type SchemaVerdict =
  /** Nothing can be said. */
  | { readonly kind: "open" }
  /** Something of this schema may stand there. */
  | { readonly kind: "declared"; readonly schema: JsonObject }
  /** The schema tells of other members, and leaves open whether there are more. */
  | { readonly kind: "undeclared"; readonly at: number; readonly names: readonly string[] }
  /** Nothing can stand there: `at` is the position in the path of what cannot be. */
  | { readonly kind: "absent"; readonly at: number; readonly names: readonly string[] };

/** Schemas looked into for one path: references can make a small schema endless. */
const MAX_VISITS = 500;
const OPEN: SchemaVerdict = { kind: "open" };

/**
 * Follows a path through a JSON Schema, as far as it is certain: local references, `properties`,
 * items and the `…Of` keywords; whatever else could matter leaves the question open.
 */
export function schemaAt(root: JsonObject, path: readonly PathKey[]): SchemaVerdict {
  let visits = 0;

  function look(schema: JsonValue | undefined, at: number): SchemaVerdict {
    visits += 1;
    if (schema === false) return { kind: "absent", at: Math.max(0, at - 1), names: [] };
    if (!isJsonObject(schema) || visits > MAX_VISITS) return OPEN;
    if (at === path.length) return { kind: "declared", schema };
    const verdicts = [ownVerdict(schema, at)];
    const { $ref, allOf, anyOf, oneOf } = schema;
    if (typeof $ref === "string") verdicts.push(look(valueAtFragment(root, $ref), at));
    if (Array.isArray(allOf)) verdicts.push(...allOf.map((part: JsonValue) => look(part, at)));
    for (const parts of [anyOf, oneOf]) {
      if (Array.isArray(parts)) verdicts.push(anyOfThem(parts.map((part) => look(part, at))));
    }
    return allOfThem(verdicts.filter((verdict) => verdict !== undefined));
  }

  /** What the schema's own words say; `undefined` when they say nothing. */
  function ownVerdict(schema: JsonObject, at: number): SchemaVerdict | undefined {
    const key = path[at]!;
    const types = typesNamed(schema);
    const container = typeof key === "string" ? "object" : "array";
    if (types !== undefined && !types.includes(container)) return { kind: "absent", at, names: [] };
    return typeof key === "string" ? ofMember(schema, key, at) : ofItem(schema, key, at);
  }

  function ofMember(schema: JsonObject, key: string, at: number): SchemaVerdict | undefined {
    const { properties, patternProperties, additionalProperties } = schema;
    const declared = isJsonObject(properties) ? properties : {};
    if (Object.hasOwn(declared, key)) return look(declared[key], at + 1);
    if (patternProperties !== undefined) return OPEN;
    const names = Object.keys(declared);
    if (additionalProperties === false) return { kind: "absent", at, names };
    if (additionalProperties !== undefined) return look(additionalProperties, at + 1);
    return names.length === 0 ? undefined : { kind: "undeclared", at, names };
  }

  function ofItem(schema: JsonObject, key: number | null, at: number): SchemaVerdict | undefined {
    const { prefixItems, items } = schema;
    const tuple = Array.isArray(prefixItems) ? prefixItems : items;
    if (!Array.isArray(tuple)) return items === undefined ? undefined : look(items, at + 1);
    const isInTuple = key !== null && key >= 0 && key < tuple.length;
    return isInTuple ? look(tuple[key] as JsonValue, at + 1) : OPEN;
  }

  return look(root, 0);
}

/** All of several schemas hold. */
function allOfThem(verdicts: readonly SchemaVerdict[]): SchemaVerdict {
  const byKind = (kind: SchemaVerdict["kind"]): SchemaVerdict | undefined =>
    verdicts.find((verdict) => verdict.kind === kind);
  return byKind("absent") ?? byKind("declared") ?? byKind("open") ?? byKind("undeclared") ?? OPEN;
}

/** One of several schemas holds. */
function anyOfThem(verdicts: readonly SchemaVerdict[]): SchemaVerdict {
  const possible = verdicts.filter((verdict) => verdict.kind !== "absent");
  const [first] = possible;
  if (first === undefined) return verdicts[0] ?? OPEN;
  const schemas = possible.flatMap((verdict) =>
    verdict.kind === "declared" ? [verdict.schema] : [],
  );
  if (schemas.length === possible.length) {
    return { kind: "declared", schema: schemas.length === 1 ? schemas[0]! : { anyOf: schemas } };
  }
  return possible.every((verdict) => verdict.kind === "undeclared") ? first : OPEN;
}

/**
 * The JSON types that a schema allows; `undefined` when it leaves that open.
 * References are looked up in `root`.
 */
export function typesOf(
  root: JsonObject,
  schema: JsonValue | undefined,
): readonly string[] | undefined {
  let visits = 0;

  function look(part: JsonValue | undefined): readonly string[] | undefined {
    visits += 1;
    if (!isJsonObject(part) || visits > MAX_VISITS) return undefined;
    const own = typesNamed(part) ?? typesOfValues(part);
    if (own !== undefined) return own;
    if (typeof part["$ref"] === "string") return look(valueAtFragment(root, part["$ref"]));
    const choices = part["anyOf"] ?? part["oneOf"];
    if (!Array.isArray(choices)) return undefined;
    const types = choices.map((choice: JsonValue) => look(choice));
    return types.every((some) => some !== undefined) ? types.flat() : undefined;
  }

  return look(schema);
}

function typesNamed({ type }: JsonObject): readonly string[] | undefined {
  if (typeof type === "string") return [type];
  return Array.isArray(type) && type.every((name) => typeof name === "string") ? type : undefined;
}

function typesOfValues(schema: JsonObject): readonly string[] | undefined {
  if (Object.hasOwn(schema, "const")) return [jsonType(schema["const"]!)];
  const values = schema["enum"];
  return Array.isArray(values) ? values.map(jsonType) : undefined;
}

function jsonType(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}
