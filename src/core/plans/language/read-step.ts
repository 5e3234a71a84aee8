import { objectMembers, parseSpan } from "../../../mcp/json-scan.ts";
import { CACHE_MODES } from "../../calls/index.ts";
import { compileCondition, type CompiledCondition } from "./compile-condition.ts";
import { compileTemplate, type TemplateContext } from "./compile-template.ts";
import { readMembers, type MemberReader } from "./member-reader.ts";
import { OTHER_STEP_NAMES } from "./other-names.ts";
import type { CallText, StepName, StepText } from "./plan-text.ts";
import type { Place } from "./problems.ts";
import { readOnError } from "./read-on-error.ts";
import type { CompiledTemplate } from "./template.ts";

const STEP_MEMBERS = [
  "id",
  "tool",
  "arguments",
  "dependsOn",
  "when",
  "forEach",
  "onError",
  "retry",
  "timeoutMs",
  "cache",
  "compensate",
] as const;
const STEP_ID = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_ID_LENGTH = 64;
const MAX_ATTEMPTS = 100;
const DEFAULT_BACKOFF_MS = 500;
const HOUR_MS = 3_600_000;
const EMPTY_OBJECT = /* @__PURE__ */ new TextEncoder().encode("{}");

/** Reads one step; `undefined` when it is not even an object. */
export function readStep(
  json: Uint8Array,
  pointer: string,
  context: TemplateContext,
): StepText | undefined {
  const id = readId(json, pointer, context);
  const place: Place = { ...(id === "" ? {} : { step: id }), path: pointer };
  const source = { place, names: STEP_MEMBERS, otherNames: OTHER_STEP_NAMES };
  const step = readMembers(json, source, context.problems);
  if (step === undefined) return undefined;
  const when = readWhen(step, context);
  const forEach = readForEach(step, context);
  const retry = readRetry(step, context);
  const timeoutMs = step.whole("timeoutMs", 1, HOUR_MS);
  const cache = step.oneOf("cache", CACHE_MODES);
  const compensate = readCompensate(step, context);
  return {
    id,
    place,
    ...readCall(step, context),
    dependsOn: readDependsOn(step),
    onError: readOnError(step, context),
    ...(when === undefined ? {} : { when }),
    ...(forEach === undefined ? {} : { forEach }),
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(cache === undefined ? {} : { cache }),
    ...(compensate === undefined ? {} : { compensate }),
  };
}

/** Read before all else, so that every problem can name the step. */
function readId(json: Uint8Array, pointer: string, { problems }: TemplateContext): string {
  if (json[0] !== 0x7b) return "";
  const span = objectMembers(json).get("id");
  const id = span && parseSpan(json, span);
  if (typeof id === "string" && isStepId(id)) return id;
  const at = { path: `${pointer}/id` };
  if (id === undefined) problems.error("missing-member", at, "id is missing");
  else {
    const shown = JSON.stringify(id).slice(0, 80);
    const form = `letters, digits and _, a letter or _ first, at most ${MAX_ID_LENGTH}`;
    problems.error("invalid-id", at, `id must be of ${form}; got ${shown}`);
  }
  return "";
}

function isStepId(id: string): boolean {
  return id.length <= MAX_ID_LENGTH && STEP_ID.test(id) && id !== "__proto__";
}

/** The tool and arguments of a step or of what undoes it. */
function readCall(from: MemberReader, context: TemplateContext): CallText {
  if (!from.has("tool")) from.missing("tool");
  const json = from.bytes("arguments") ?? EMPTY_OBJECT;
  if (json[0] !== 0x7b) from.wrong("arguments", "an object");
  return {
    tool: from.text("tool") ?? "",
    toolPlace: from.at("tool"),
    arguments: compileTemplate(
      json[0] === 0x7b ? json : EMPTY_OBJECT,
      from.at("arguments"),
      context,
    ),
  };
}

function readDependsOn(step: MemberReader): StepName[] {
  const value = step.value("dependsOn");
  if (value === undefined) return [];
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  if (!ids.every((id) => typeof id === "string")) {
    step.wrong("dependsOn", "the ids of steps");
    return [];
  }
  const { path } = step.at("dependsOn");
  return ids.map((id, index) => ({
    id,
    place: { ...step.place, path: Array.isArray(value) ? `${path}/${index}` : path },
  }));
}

/** A number of attempts, or an object that says how long to wait between them, too. */
function readRetry(step: MemberReader, { problems }: TemplateContext): StepText["retry"] {
  const json = step.bytes("retry");
  if (json === undefined) return undefined;
  if (json[0] !== 0x7b) {
    const maxAttempts = step.whole("retry", 1, MAX_ATTEMPTS);
    return maxAttempts === undefined ? undefined : { maxAttempts, backoffMs: DEFAULT_BACKOFF_MS };
  }
  const source = { place: step.at("retry"), names: ["maxAttempts", "backoffMs"] };
  const retry = readMembers(json, source, problems);
  if (retry?.has("maxAttempts") === false) retry.missing("maxAttempts");
  const maxAttempts = retry?.whole("maxAttempts", 1, MAX_ATTEMPTS);
  const backoffMs = retry?.whole("backoffMs", 0, HOUR_MS) ?? DEFAULT_BACKOFF_MS;
  return maxAttempts === undefined ? undefined : { maxAttempts, backoffMs };
}

function readCompensate(step: MemberReader, context: TemplateContext): CallText | undefined {
  const json = step.bytes("compensate");
  if (json === undefined) return undefined;
  const source = { place: step.at("compensate"), names: ["tool", "arguments"] };
  const compensate = readMembers(json, source, context.problems);
  return compensate && readCall(compensate, context);
}

function readWhen(step: MemberReader, context: TemplateContext): CompiledCondition | undefined {
  const value = step.value("when");
  if (value === undefined) return undefined;
  if (typeof value === "boolean") {
    return compileCondition(`\`${value}\``, step.at("when"), context);
  }
  return typeof value === "string"
    ? compileCondition(value, step.at("when"), context)
    : step.wrong("when", "an expression");
}

/** Either the items themselves, or an object with `items` and how many of them go at once. */
function readForEach(step: MemberReader, context: TemplateContext): StepText["forEach"] {
  const json = step.bytes("forEach");
  if (json === undefined) return undefined;
  if (json[0] !== 0x7b) return readItems(json, step, { name: "forEach", context });
  const source = { place: step.at("forEach"), names: ["items", "concurrency"] };
  const forEach = readMembers(json, source, context.problems);
  const items = forEach?.bytes("items");
  if (forEach === undefined || items === undefined) {
    forEach?.missing("items");
    return undefined;
  }
  const concurrency = forEach.whole("concurrency", 1, 10_000);
  const read = readItems(items, forEach, { name: "items", context });
  return { ...read, ...(concurrency === undefined ? {} : { concurrency }) };
}

/**
 * What `forEach` goes over: an array, which may hold references, or one reference. What is neither is
 * given all the same, so that the step's `item` means something.
 */
function readItems(
  json: Uint8Array,
  reader: MemberReader,
  { name, context }: { readonly name: string; readonly context: TemplateContext },
): { readonly items: CompiledTemplate } {
  const items = compileTemplate(json, reader.at(name), context);
  const isReference = json[0] === 0x22 && items.references[0]?.isWhole === true;
  if (json[0] !== 0x5b && !isReference && !items.isBroken) {
    reader.wrong(name, "an array, or one reference to an array");
  }
  return { items };
}
