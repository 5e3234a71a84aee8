import { isGatewayError } from "../../../kernel/errors.ts";
import { rawJson, toRawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { objectMembers, parseSpan, slice } from "../../../mcp/json-scan.ts";
import { withMembers } from "../../../mcp/splice.ts";
import type { CompositeDefinition } from "../composites.ts";
import { checkDefinition } from "./check-definition.ts";

const EMPTY_OBJECT = /* @__PURE__ */ new TextEncoder().encode("{}");

/** What was kept: the sound ones, and the names of those that are not. */
export interface ReadStored {
  readonly sound: readonly CompositeDefinition[];
  readonly broken: readonly string[];
}

/** Composites as they are kept: an object of definitions by name; plans keep their bytes. */
export function encodeStored(composites: Iterable<CompositeDefinition>): RawJson {
  const entries = [...composites].map(({ name, description, title, plan, outputSchema }) => [
    name,
    withMembers(toRawJson({ description, title }).bytes, {
      ...(outputSchema === undefined ? {} : { outputSchema: outputSchema.bytes }),
      plan: plan.bytes,
    }),
  ]);
  return rawJson(withMembers(EMPTY_OBJECT, Object.fromEntries(entries)));
}

/** Reads what was kept; what does not make a composite is left out. */
export function readStored(stored: RawJson): ReadStored {
  const sound: CompositeDefinition[] = [];
  const broken: string[] = [];
  for (const [name, span] of objectMembers(stored.bytes)) {
    const composite = readOne(name, slice(stored.bytes, span));
    if (composite === undefined) broken.push(name);
    else sound.push(composite);
  }
  return { sound, broken };
}

function readOne(name: string, bytes: Uint8Array): CompositeDefinition | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  const members = objectMembers(bytes);
  const raw = (key: string): RawJson | undefined => {
    const span = members.get(key);
    return span && rawJson(slice(bytes, span));
  };
  const text = (key: string): unknown => {
    const span = members.get(key);
    return span && parseSpan(bytes, span);
  };
  const [plan, outputSchema] = [raw("plan"), raw("outputSchema")];
  const [description, title] = [text("description"), text("title")];
  if (plan === undefined || typeof description !== "string") return undefined;
  const composite = {
    name,
    description,
    plan,
    ...(typeof title === "string" ? { title } : {}),
    ...(outputSchema === undefined ? {} : { outputSchema }),
  };
  return isSound(composite) ? composite : undefined;
}

function isSound(composite: CompositeDefinition): boolean {
  try {
    checkDefinition(composite);
    return true;
  } catch (error) {
    if (isGatewayError(error, "invalid-request")) return false;
    throw error;
  }
}
