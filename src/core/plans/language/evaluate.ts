import type { RawJson } from "../../../kernel/raw-json.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import {
  createEvaluator,
  exactText,
  exactValue,
  type Evaluator,
  type ExactValue,
} from "../../expressions/index.ts";
import type { PlanScope } from "../compiled-plan.ts";
import { StepError } from "../step-error.ts";
import { describeValue, pick, type Picked } from "./pick.ts";
import { stepOf, type Origin } from "./reads.ts";
import type { PlainPath, Reference } from "./reference.ts";

type CompiledReference = Exclude<Reference, { plain: PlainPath }>;

/** One evaluation takes a fifth of a second at the most, those of one run a few seconds together. */
const LIMITS = {
  maxSteps: 2_000_000,
  maxTotalSteps: 50_000_000,
  maxOutputLength: 67_108_864,
} as const;

/** Largest value that anything but a plain path is run over, in bytes. */
const MAX_INPUT_BYTES = 33_554_432;

const encoder = /* @__PURE__ */ new TextEncoder();
const NULL = /* @__PURE__ */ rawJson(/* @__PURE__ */ encoder.encode("null"));

/** Makes what bounds the expressions of one run of a plan together. */
export function createPlanEvaluator(): Evaluator {
  return createEvaluator(LIMITS);
}

/**
 * What a reference finds. Null counts as nothing, unless the expression itself gives it.
 * @throws StepError `expression-failed`
 */
export function findValue(reference: Reference, scope: PlanScope): Picked {
  try {
    return reference.plain === undefined
      ? evaluate(reference, scope)
      : pickPlain(reference.plain, scope);
  } catch (error) {
    if (error instanceof StepError) throw error;
    throw failed(reference, (error as Error).message, error);
  }
}

/** @throws StepError `expression-failed`, `reference-empty` */
export function requireValue(reference: Reference, scope: PlanScope): RawJson {
  const picked = findValue(reference, scope);
  if (picked.found !== undefined) return picked.found;
  const mend = "give a default with || if that may be so";
  const message = `The reference \${${show(reference)}} finds nothing: ${picked.missing}; ${mend}.`;
  throw new StepError("reference-empty", message);
}

function pickPlain({ origin, path }: PlainPath, scope: PlanScope): Picked {
  const value = valueOf(origin, scope);
  if (value === undefined) return { missing: `${nameOf(origin)} has no value` };
  return pick(value, path, nameOf(origin));
}

function evaluate(reference: CompiledReference, scope: PlanScope): Picked {
  const evaluator = scope.evaluator ?? createPlanEvaluator();
  const answer = evaluator.evaluate(reference.expression, scopeValue(reference, scope));
  if (answer !== null) return { found: rawJson(encoder.encode(exactText(answer))) };
  return reference.givesNull ? { found: NULL } : { missing: whatThereIs(reference, scope) };
}

/** The scope as a value, holding only what the expression reads of it. */
function scopeValue({ reads }: Reference, scope: PlanScope): ExactValue {
  const steps = new Map<string, ExactValue>();
  const members = new Map<string, ExactValue>();
  for (const read of reads) {
    const raw = valueOf(read, scope);
    if (raw === undefined) continue;
    if (raw.bytes.length > MAX_INPUT_BYTES) {
      const limits = `${raw.bytes.length} bytes; anything but a plain path is run over at most ${MAX_INPUT_BYTES}`;
      throw new StepError("expression-failed", `${nameOf(read)} has ${limits}.`);
    }
    const step = stepOf(read);
    if (step === undefined) members.set(read.source, exactValue(raw));
    else steps.set(step, exactValue(raw));
  }
  return Object.fromEntries([...members, ["steps", Object.fromEntries(steps)]]);
}

function whatThereIs({ reads }: Reference, scope: PlanScope): string {
  const seen = new Map(reads.map((read) => [nameOf(read), valueOf(read, scope)]));
  return [...seen]
    .slice(0, 4)
    .map(
      ([name, raw]) => `${name} ${raw === undefined ? "has no value" : `is ${describeValue(raw)}`}`,
    )
    .join(", ");
}

function valueOf(origin: Origin, scope: PlanScope): RawJson | undefined {
  switch (origin.source) {
    case "steps":
      return scope.valueOf(origin.step);
    case "input":
      return scope.input;
    case "item":
      return scope.item;
    case "index":
      return scope.index === undefined ? undefined : rawJson(encoder.encode(String(scope.index)));
  }
}

function nameOf(origin: Origin): string {
  const step = stepOf(origin);
  return step === undefined ? origin.source : `steps.${step}`;
}

function failed(reference: Reference, reason: string, cause: unknown): StepError {
  const message = `The expression \${${show(reference)}} failed: ${reason}.`;
  return new StepError("expression-failed", message, { cause });
}

function show({ text }: Reference): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
