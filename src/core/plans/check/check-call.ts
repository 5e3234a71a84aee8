import { pointerKeys } from "../../../kernel/json-pointer.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { ArgumentsValidator } from "../../calls/index.ts";
import type { Tool } from "../../catalog/index.ts";
import type { CallText } from "../language/plan-text.ts";
import type { Place } from "../language/problems.ts";
import type { PlacedReference } from "../language/template.ts";
import { spotOf, type KnownValues } from "./check-site.ts";
import type { StepDraft } from "./draft.ts";
import { schemaAt, typesOf } from "./schema-path.ts";

/** A call that is to be checked: a step's own, or what undoes it. */
export interface CheckedCall {
  readonly step: StepDraft;
  readonly text: CallText;
  readonly tool: Tool;
}

const NO_SCOPE = {
  input: /* @__PURE__ */ rawJson(/* @__PURE__ */ new TextEncoder().encode("{}")),
  valueOf: () => undefined,
} as const;

/** Checks the arguments of a call against its tool's input schema, as far as they are known. */
export function checkCall(
  call: CheckedCall,
  validator: ArgumentsValidator,
  known: KnownValues,
): void {
  const { text, tool, step } = call;
  const { references, filledIn, isBroken, pointer, source } = text.arguments;
  const { id } = step.text;
  const place = (path: string): Place => ({ ...(id === "" ? {} : { step: id }), path });
  const isConstant = references.length === 0 && !isBroken;
  const args = isConstant ? text.arguments.render(NO_SCOPE) : source;
  for (const { path, message } of validator.check(tool, args, isConstant ? [] : filledIn)) {
    const where = path === "" ? "the arguments" : path.slice(1);
    known.plan.problems.error(
      "invalid-arguments",
      place(`${pointer}${path}`),
      `${where} ${message}`,
    );
  }
  for (const placed of references) checkType(placed, call, { known, place: place(placed.pointer) });
}

/** Compares the type that a reference gives, where that is known, with what the tool wants there. */
function checkType(
  placed: PlacedReference,
  { step, text, tool }: CheckedCall,
  { known, place }: { readonly known: KnownValues; readonly place: Place },
): void {
  const path = pointerKeys(placed.pointer.slice(text.arguments.pointer.length));
  const target = schemaAt(tool.inputSchema, toPath(path, text));
  if (target.kind !== "declared") return;
  const wanted = typesOf(tool.inputSchema, target.schema);
  const given = placed.isWhole ? typesGiven(placed, step, known) : ["string"];
  if (wanted === undefined || given === undefined || given.length === 0) return;
  if (given.some((type) => fits(type, wanted))) return;
  const message = `${path.join(".")} must be ${wanted.join(" or ")}, and the reference gives ${given.join(" or ")}`;
  known.plan.problems.error("type-mismatch", place, message);
}

function typesGiven(
  { reference: { plain } }: PlacedReference,
  step: StepDraft,
  known: KnownValues,
): readonly string[] | undefined {
  if (plain === undefined || isOwnValue(plain.origin, step)) return undefined;
  if (plain.origin.source === "index" && plain.path.length === 0) return ["integer"];
  const spot = spotOf({ ...plain.origin, path: plain.path }, step, known);
  const verdict = spot && schemaAt(spot.schema, spot.path);
  if (spot === undefined || verdict?.kind !== "declared") return undefined;
  return typesOf(spot.schema, verdict.schema)?.filter((type) => type !== "null");
}

function isOwnValue(origin: { source: string; step?: string }, step: StepDraft): boolean {
  return origin.step === step.text.id;
}

function fits(type: string, wanted: readonly string[]): boolean {
  if (wanted.includes(type)) return true;
  const isNumeric = type === "integer" || type === "number";
  return isNumeric && (wanted.includes("number") || wanted.includes("integer"));
}

/** A JSON pointer's keys as a path: positions where the arguments hold an array. */
function toPath(keys: readonly string[], { arguments: { source } }: CallText): (string | number)[] {
  let value: unknown = source.value();
  return keys.map((key) => {
    const isPosition = Array.isArray(value);
    value = (value as Readonly<Record<string, unknown>>)[key];
    return isPosition ? Number(key) : key;
  });
}
