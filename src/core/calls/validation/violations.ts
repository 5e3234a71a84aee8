import type { ErrorObject } from "ajv";
import type { Violation } from "../../../kernel/errors.ts";
import { jsonPointer, pointerKeys } from "../../../kernel/json-pointer.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import { exactValue } from "../../expressions/index.ts";

const MAX_SHOWN = 60;

/**
 * Tells what a validator found in `args`, one sentence each, at most `limit`; a last one says that
 * there is more.
 */
export function toViolations(
  errors: readonly ErrorObject[],
  args: RawJson,
  limit: number,
): Violation[] {
  const violations = new Map<string, Violation>();
  for (const error of errors) {
    const violation = toViolation({ ...error, data: asWritten(error, args) });
    violations.set(`${violation.path}\0${violation.message}`, violation);
    if (violations.size > limit) break;
  }
  const list = [...violations.values()];
  if (list.length <= limit) return list;
  return [...list.slice(0, limit), { path: "", message: "and more" }];
}

/** The value that an error speaks of, an integer with all its digits. */
function asWritten({ data, instancePath }: ErrorObject, args: RawJson): unknown {
  if (!Number.isInteger(data) || Number.isSafeInteger(data)) return data;
  let value: unknown = exactValue(args);
  for (const key of pointerKeys(instancePath)) {
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

function toViolation(error: ErrorObject): Violation {
  const { instancePath, keyword, params } = error;
  const at = (member: unknown): string => `${instancePath}${jsonPointer([String(member)])}`;
  switch (keyword) {
    case "required":
      return { path: at(params["missingProperty"]), message: "is required" };
    case "additionalProperties":
      return unknownMember(error, at(params["additionalProperty"]), params["additionalProperty"]);
    case "unevaluatedProperties":
      return unknownMember(error, at(params["unevaluatedProperty"]), params["unevaluatedProperty"]);
    case "enum":
      return wrong(error, `must be one of ${showAll(params["allowedValues"])}`);
    case "const":
      return wrong(error, `must be ${show(params["allowedValue"])}`);
    case "type":
      return wrong(error, `must be ${[params["type"]].flat().join(" or ")}`);
    default:
      return wrong(error, error.message ?? `does not fit ${keyword}`);
  }
}

function wrong(error: ErrorObject, demand: string): Violation {
  return { path: error.instancePath, message: `${demand}, got ${show(error.data)}` };
}

function unknownMember(error: ErrorObject, path: string, name: unknown): Violation {
  const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
  const nearest = nearestNames(String(name), known.slice(0, 200), 1);
  const hint = nearest.length === 0 ? "" : `, did you mean "${nearest[0]}"?`;
  return { path, message: `is not allowed${hint}` };
}

function showAll(values: unknown): string {
  const shown = Array.isArray(values) ? values.slice(0, 10).map(show).join(", ") : show(values);
  return Array.isArray(values) && values.length > 10 ? `${shown}, …` : shown;
}

/** A value in short: scalars as they are, the rest by its kind and size. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (value === undefined) return "nothing";
  if (typeof value === "bigint") return shorten(String(value));
  const text = JSON.stringify(typeof value === "string" ? value.slice(0, MAX_SHOWN) : value);
  return typeof value === "string" && value.length > MAX_SHOWN ? `${text.slice(0, -1)}…"` : text;
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
