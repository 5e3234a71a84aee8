import type { JsonObject } from "../../../kernel/json.ts";
import { pick } from "../language/pick.ts";
import type { Place } from "../language/problems.ts";
import { stepOf, type Origin, type PathKey, type Read } from "../language/reads.ts";
import type { PlainPath } from "../language/reference.ts";
import type { PlacedReference } from "../language/template.ts";
import type { PlanInput } from "./check-input.ts";
import type { PlanDraft, StepDraft } from "./draft.ts";
import { nameOf, type ReferenceSite } from "./link-steps.ts";
import { schemaAt, type SchemaVerdict } from "./schema-path.ts";

/** What is known of the values that a plan's expressions read. */
export interface KnownValues {
  readonly plan: PlanDraft;
  readonly inputSchema: JsonObject | undefined;
  /** The input itself; absent when it comes later. */
  readonly input: PlanInput | undefined;
}

/** A schema, and a path in it. */
interface SchemaSpot {
  /** What the expression calls the value that the schema is of. */
  readonly name: string;
  readonly schema: JsonObject;
  readonly path: readonly PathKey[];
}

/** Checks what the references of one place read against what can be there. */
export function checkSite(site: ReferenceSite, known: KnownValues): void {
  const { step } = site;
  const id = step?.text.id ?? "";
  for (const placed of site.references) {
    const place: Place = { ...(id === "" ? {} : { step: id }), path: placed.pointer };
    for (const read of placed.reference.reads) {
      if (stepOf(read) !== undefined && stepOf(read) === id) continue;
      checkPath(read, { site, placed, place }, known);
      checkPresence(read, { site, placed, place }, known);
    }
  }
}

interface ReadContext {
  readonly site: ReferenceSite;
  readonly placed: PlacedReference;
  readonly place: Place;
}

function checkPath(read: Read, context: ReadContext, known: KnownValues): void {
  const { site, placed, place } = context;
  const spot = spotOf(read, site.step, known);
  if (spot === undefined) {
    checkGiven(read, context, known);
    return;
  }
  const verdict = schemaAt(spot.schema, spot.path);
  if (verdict.kind === "open" || verdict.kind === "declared") return;
  const { problems } = known.plan;
  const message = describe(verdict, spot, known);
  const isCertain = placed.reference.plain !== undefined && !read.isOptional;
  if (verdict.kind === "undeclared") {
    if (!read.isOptional) problems.warn("undeclared-path", place, message);
  } else if (isCertain) problems.error("unknown-path", place, message);
  else problems.warn("unknown-path", place, message);
}

type Missing = Exclude<SchemaVerdict, { kind: "open" | "declared" }>;

function describe(
  { kind, at, names }: Missing,
  { name, path }: SchemaSpot,
  { plan: { problems } }: KnownValues,
): string {
  const key = path[at] ?? null;
  const wanted = typeof key === "string" ? `member "${key}"` : "items";
  const where = `${name}${pathText(path.slice(0, at))}`;
  const verb = kind === "absent" ? "has no" : "is not declared to have a";
  const hint = typeof key === "string" ? problems.hint(key, names) : "";
  const known =
    hint === "" && names.length > 0 ? `; there are ${names.slice(0, 12).join(", ")}` : hint;
  return `${where} ${verb} ${wanted} by its schema${known}`;
}

function pathText(path: readonly PathKey[]): string {
  return path.map((key) => (typeof key === "string" ? `.${key}` : `[${key ?? "*"}]`)).join("");
}

/** Without a schema, an input that is there tells itself. */
function checkGiven(read: Read, { site, placed, place }: ReadContext, known: KnownValues): void {
  const { plain } = placed.reference;
  if (read.source !== "input" || plain === undefined || known.input === undefined) return;
  const picked = pick(known.input.value, plain.path, "input");
  if (picked.found !== undefined) return;
  // A condition may keep the step from reading it; and a plan may be checked before it has its input.
  const isCertain = site.step?.text.when === undefined && known.input.isGiven;
  const { problems } = known.plan;
  if (isCertain) problems.error("unknown-path", place, picked.missing);
  else problems.warn("unknown-path", place, picked.missing);
}

/** The schema of what a read begins from, and the path in it; `undefined` when there is none. */
export function spotOf(
  { path, ...origin }: Origin & Pick<Read, "path">,
  step: StepDraft | undefined,
  known: KnownValues,
): SchemaSpot | undefined {
  const { inputSchema } = known;
  if (origin.source === "input") {
    return inputSchema && { name: "input", schema: inputSchema, path };
  }
  if (origin.source === "steps") return outputSpot(known.plan.byId.get(origin.step), path, step);
  const items = origin.source === "item" ? itemsPath(step) : undefined;
  return (
    items && spotOf({ ...items.origin, path: [...items.path, null, ...path] }, undefined, known)
  );
}

/** Where the items of a `forEach` come from, if that is a plain path. */
function itemsPath(step: StepDraft | undefined): PlainPath | undefined {
  const items = step?.text.forEach?.items;
  const [placed] = items?.references ?? [];
  return placed?.isWhole === true && placed.pointer === items?.pointer
    ? placed.reference.plain
    : undefined;
}

function outputSpot(
  producer: StepDraft | undefined,
  path: readonly PathKey[],
  reader: StepDraft | undefined,
): SchemaSpot | undefined {
  const schema = producer?.tool?.outputSchema;
  if (producer === undefined || schema === undefined) return undefined;
  const { id, onError, forEach } = producer.text;
  const name = `steps.${id}`;
  if (onError.kind === "value" || onError.kind === "step") return undefined;
  // Its own compensation sees the value of the item that it undoes.
  if (forEach === undefined || producer === reader) return { name, schema, path };
  // Its value is the array of the values of its items.
  const [position, ...rest] = path;
  if (typeof position === "string") return { name, schema: { type: "array" }, path };
  return position === undefined ? undefined : { name: `${name}[*]`, schema, path: rest };
}

/** Warns of a value that may not be there, where the expression does not say what then. */
function checkPresence(read: Read, { site, place }: ReadContext, { plan }: KnownValues): void {
  const target = plan.byId.get(stepOf(read) ?? "");
  const makesNoDependency = site.step !== undefined && site.kind === undefined;
  if (target === undefined || read.isOptional || makesNoDependency) return;
  const reason = mayBeMissing(target);
  if (reason === undefined) return;
  const then =
    site.step === undefined ? "the output fails" : `${nameOf(site.step.text)} does not run`;
  const message = `${nameOf(target.text)} may have no value, since it ${reason}; then ${then}, unless a default is given with ||`;
  plan.problems.warn("may-be-skipped", place, message);
}

function mayBeMissing({
  text: { when, forEach, onError },
  fallbackFor,
}: StepDraft): string | undefined {
  if (when !== undefined) return "has a condition";
  if (fallbackFor !== undefined) return "runs only when another fails";
  // Of a forEach there is an array in any case.
  return onError.kind === "continue" && forEach === undefined
    ? "may fail and let the plan go on"
    : undefined;
}
