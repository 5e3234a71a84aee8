import { asBuffer } from "../../../kernel/as-buffer.ts";
import { jsonPointer } from "../../../kernel/json-pointer.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { Place, ProblemList } from "./problems.ts";
import type { ReferenceCache } from "./reference-cache.ts";
import { scanStrings, type FoundString } from "./scan-strings.ts";
import { splitText, type TextPart } from "./split-text.ts";
import {
  renderPieces,
  stepsRead,
  type CompiledTemplate,
  type PlacedReference,
  type TemplatePiece,
} from "./template.ts";

/** What templates of one plan are compiled with. */
export interface TemplateContext {
  readonly problems: ProblemList;
  readonly references: ReferenceCache;
  /** Largest text that a template gives, in bytes. */
  readonly maxRenderedBytes: number;
}

/** What could be the beginning of a reference, also where it is written as an escape. */
const DOLLAR = /\$|\\u0024/;
const encoder = /* @__PURE__ */ new TextEncoder();

/** Compiles a JSON value with references in its strings. `json` is well-formed; it stands at `place`. */
export function compileTemplate(
  json: Uint8Array,
  place: Place,
  context: TemplateContext,
): CompiledTemplate {
  const source = rawJson(json);
  const references: PlacedReference[] = [];
  const filledIn: string[] = [];
  let isBroken = false;
  const pieces = findPieces(json, (string) => {
    const text = textOf(json, string);
    if (text === undefined) return undefined;
    const pointer = jsonPointer(string.path());
    const at = { ...place, path: `${place.path}${pointer}` };
    if (string.isKey) return tellKey(text, at, context);
    filledIn.push(pointer);
    const compiled = compileText(text, at, { ...context, found: references });
    isBroken ||= compiled === undefined;
    return compiled;
  });
  const { maxRenderedBytes } = context;
  return {
    pointer: place.path,
    source,
    references,
    filledIn,
    isBroken,
    reads: stepsRead(references),
    render:
      pieces === undefined
        ? () => source
        : (scope) => renderPieces(pieces, scope, maxRenderedBytes),
  };
}

/** Cuts a value into pieces; `undefined` when it is constant as a whole. */
function findPieces(
  json: Uint8Array,
  compile: (string: FoundString) => readonly TemplatePiece[] | undefined,
): readonly TemplatePiece[] | undefined {
  if (!DOLLAR.test(asBuffer(json).toString("latin1"))) return undefined;
  const pieces: TemplatePiece[] = [];
  let from = 0;
  scanStrings(json, (string) => {
    const found = compile(string);
    if (found === undefined) return;
    if (string.start > from)
      pieces.push({ kind: "bytes", bytes: json.subarray(from, string.start) });
    pieces.push(...found);
    from = string.end;
  });
  if (pieces.length === 0) return undefined;
  if (from < json.length) pieces.push({ kind: "bytes", bytes: json.subarray(from) });
  return pieces;
}

/** A string that may hold references, decoded. */
function textOf(json: Uint8Array, { start, end }: FoundString): string | undefined {
  const raw = asBuffer(json).toString("utf8", start, end);
  if (!DOLLAR.test(raw)) return undefined;
  const text = JSON.parse(raw) as string;
  return text.includes("${") ? text : undefined;
}

/** The pieces of a string, its quotes included where it stays one; `undefined` when it is broken. */
function compileText(
  text: string,
  place: Place,
  context: TemplateContext & { readonly found: PlacedReference[] },
): readonly TemplatePiece[] | undefined {
  const parts = splitText(text);
  if ("unclosedAt" in parts) return tellUnclosed(text.slice(parts.unclosedAt), place, context);
  const isWhole = parts.length === 1 && parts[0]!.kind === "reference";
  const compiled = parts.map((part) => compilePart(part, place, context));
  const pieces = compiled.filter((piece) => piece !== undefined);
  for (const piece of pieces) {
    if (piece.kind === "bytes") continue;
    context.found.push({ reference: piece.reference, pointer: place.path, isWhole });
  }
  if (pieces.length < compiled.length) return undefined;
  const [only] = pieces;
  if (isWhole && only?.kind === "text") return [{ ...only, kind: "value" }];
  return [QUOTE, ...pieces, QUOTE];
}

function compilePart(
  part: TextPart,
  place: Place,
  { references }: TemplateContext,
): Exclude<TemplatePiece, { kind: "value" }> | undefined {
  if (part.kind === "text") {
    return { kind: "bytes", bytes: encoder.encode(JSON.stringify(part.text).slice(1, -1)) };
  }
  const reference = references.compile(part.expression, place);
  return reference && { kind: "text", reference };
}

/** Says that a reference, of which `rest` is what there is, has no end; always `undefined`. */
export function tellUnclosed(
  rest: string,
  place: Place,
  { problems }: Pick<TemplateContext, "problems">,
): undefined {
  const message = `"${rest.slice(0, 40)}" has no closing brace; write $\${ for the text \${`;
  problems.error("unclosed-reference", place, message);
}

function tellKey(text: string, place: Place, { problems }: TemplateContext): undefined {
  const message = `references stand in values only; "${text.slice(0, 80)}" is a name and stays as it is`;
  problems.warn("reference-in-key", place, message);
}

const QUOTE: TemplatePiece = { kind: "bytes", bytes: /* @__PURE__ */ encoder.encode('"') };
