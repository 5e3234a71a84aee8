import { isJsonObject } from "../../../kernel/json.ts";
import { rawJson, toRawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { objectMembers, slice } from "../../../mcp/json-scan.ts";
import { withMembers } from "../../../mcp/splice.ts";
import type { CompositeDefinition } from "../composites.ts";
import { deriveAnnotations, type AnnotationsOf } from "./derive-annotations.ts";
import { deriveOutputSchema } from "./derive-output-schema.ts";

const ANY_ARGUMENTS = '{"type":"object"}';

/** A composite as `tools/list` gives it; the plan's own schema keeps its bytes. */
export function toolDefinition(
  composite: CompositeDefinition,
  annotationsOf: AnnotationsOf,
): RawJson {
  const { name, title, description, plan } = composite;
  const head = toRawJson({ name, title, description });
  const outputSchema = composite.outputSchema?.bytes ?? jsonOf(deriveOutputSchema(plan));
  return rawJson(
    withMembers(head.bytes, {
      inputSchema: inputSchemaOf(plan),
      ...(outputSchema === undefined ? {} : { outputSchema }),
      annotations: JSON.stringify(deriveAnnotations(plan, annotationsOf)),
    }),
  );
}

/** Clients insist on `type: "object"`; a schema of something else is for the plan's check to refuse. */
function inputSchemaOf(plan: RawJson): Uint8Array | string {
  const span = objectMembers(plan.bytes).get("inputSchema");
  if (span === undefined) return ANY_ARGUMENTS;
  const schema = rawJson(slice(plan.bytes, span));
  const value = schema.value();
  if (!isJsonObject(value) || (value["type"] ?? "object") !== "object") return ANY_ARGUMENTS;
  return withMembers(schema.bytes, { type: '"object"' });
}

function jsonOf(schema: object | undefined): string | undefined {
  return schema === undefined ? undefined : JSON.stringify(schema);
}
