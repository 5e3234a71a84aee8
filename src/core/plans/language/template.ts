import type { RawJson } from "../../../kernel/raw-json.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { PlanScope, Template } from "../compiled-plan.ts";
import { StepError } from "../step-error.ts";
import { requireValue } from "./evaluate.ts";
import { firstByte } from "./pick.ts";
import { stepOf } from "./reads.ts";
import type { Reference } from "./reference.ts";
import { OPEN_BRACE, OPEN_BRACKET, QUOTE } from "../../../mcp/json-bytes.ts";

/** A piece of a template. */
export type TemplatePiece =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** A value of its own. */
  | { readonly kind: "value"; readonly reference: Reference }
  /** Part of a string. */
  | { readonly kind: "text"; readonly reference: Reference };

/** A reference, and where in the plan it stands. */
export interface PlacedReference {
  readonly reference: Reference;
  /** A JSON pointer into the plan, of the string that holds it. */
  readonly pointer: string;
  /** Whether it is the whole string, so that the value keeps its type. */
  readonly isWhole: boolean;
}

/** A template with what its check must know. */
export interface CompiledTemplate extends Template {
  readonly pointer: string;
  /** As it is written, references and all. */
  readonly source: RawJson;
  readonly references: readonly PlacedReference[];
  /** JSON pointers from its own root of the strings that are not what is written there. */
  readonly filledIn: readonly string[];
  /** Whether a reference in it cannot be read; that has been told, and it does not render. */
  readonly isBroken: boolean;
}

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();

/** Ids of the steps that references read, each once. */
export function stepsRead(references: readonly { readonly reference: Reference }[]): string[] {
  const steps = references.flatMap(({ reference }) => reference.reads.map(stepOf));
  return [...new Set(steps.filter((step) => step !== undefined))];
}

/** Fills references in; what is constant keeps its bytes. */
export function renderPieces(
  pieces: readonly TemplatePiece[],
  scope: PlanScope,
  maxBytes: number,
): RawJson {
  const [only] = pieces;
  if (pieces.length === 1 && only?.kind === "value") return requireValue(only.reference, scope);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    const chunk = renderPiece(piece, scope);
    size += chunk.length;
    if (size > maxBytes) {
      const message = `The references fill in more than ${maxBytes} bytes (plans.maxValueBytes).`;
      throw new StepError("values-too-large", message);
    }
    chunks.push(chunk);
  }
  return rawJson(Buffer.concat(chunks, size));
}

function renderPiece(piece: TemplatePiece, scope: PlanScope): Uint8Array {
  if (piece.kind === "bytes") return piece.bytes;
  const value = requireValue(piece.reference, scope);
  return piece.kind === "value" ? value.bytes : textOf(value);
}

/** A value as part of a JSON string: strings as they are, others as their JSON. */
function textOf(raw: RawJson): Uint8Array {
  const first = firstByte(raw);
  if (first === QUOTE) {
    return raw.bytes.subarray(raw.bytes.indexOf(QUOTE) + 1, raw.bytes.lastIndexOf(QUOTE));
  }
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return raw.bytes;
  return encoder.encode(JSON.stringify(decoder.decode(raw.bytes)).slice(1, -1));
}
