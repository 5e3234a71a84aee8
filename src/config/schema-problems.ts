import { z } from "zod";
import type { JsonValue } from "../kernel/json.ts";
import { nearestNames } from "../kernel/nearest-names.ts";
import type { ConfigPath } from "./problem.ts";
import { describeReceived, valueAt } from "./received.ts";
import { keysAt, schemaAt, sectionsKnowing } from "./schema-keys.ts";

/** A problem found by a schema: where in the value, and what. */
export interface SchemaProblem {
  readonly path: ConfigPath;
  /** Whether the key is at fault rather than its value. */
  readonly atKey: boolean;
  readonly message: string;
}

/** What the issues are told against. */
export interface SchemaContext {
  readonly schema: z.core.$ZodType;
  readonly value: JsonValue;
  readonly isSecret: (path: ConfigPath) => boolean;
}

/** Zod's issues as sentences that name what was received and how to mend it. */
export function schemaProblems(
  issues: readonly z.core.$ZodIssue[],
  context: SchemaContext,
): SchemaProblem[] {
  return issues.flatMap((issue): SchemaProblem[] => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true,
        message: unknownKeyMessage(key, path, context),
      }));
    }
    if (issue.code === "invalid_key") {
      const message = issue.issues.map((inner) => inner.message).join(" ");
      return [{ path, atKey: true, message }];
    }
    return [{ path, atKey: false, message: issueMessage(issue, path, context) }];
  });
}

function unknownKeyMessage(key: string, path: ConfigPath, { schema }: SchemaContext): string {
  const known = keysAt(schema, path);
  const near = nearestNames(key, known);
  if (near.length > 0) return `unknown key. Did you mean ${list(near)}?`;
  const elsewhere = sectionsKnowing(schema, key);
  if (elsewhere.length > 0) return `unknown key here. Did you mean ${list(elsewhere)}?`;
  return known.length === 0 ? "unknown key." : `unknown key. Known here: ${known.join(", ")}.`;
}

function issueMessage(issue: z.core.$ZodIssue, path: ConfigPath, context: SchemaContext): string {
  const received = valueAt(context.value, path);
  const wanted = rangeText(schemaAt(context.schema, path)) ?? wantedText(issue);
  if (wanted === undefined) {
    const shown = received !== undefined && !context.isSecret(path);
    return `${issue.message}${shown ? ` Received: ${describeReceived(received, false)}.` : ""}`;
  }
  if (received === undefined) return `is missing: ${wanted}.`;
  const shown = describeReceived(received, context.isSecret(path));
  return `must be ${wanted}, but is ${shown}.${valueHint(issue, received)}`;
}

/** For a number that has both bounds: the whole range, whichever bound was missed. */
function rangeText(schema: z.core.$ZodType | undefined): string | undefined {
  if (!(schema instanceof z.ZodNumber)) return undefined;
  const { minValue, maxValue } = schema;
  if (!Number.isSafeInteger(maxValue) || maxValue === Number.MAX_SAFE_INTEGER) return undefined;
  const kind = schema instanceof z.ZodNumberFormat ? "a whole number" : "a number";
  return `${kind} from ${String(minValue)} to ${String(maxValue)}`;
}

function wantedText(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return typeName(issue.expected);
    case "invalid_value":
      return issue.values.length === 1
        ? JSON.stringify(issue.values[0])
        : `one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      return issue.origin === "string"
        ? `a text of at least ${count(issue.minimum, "character")}`
        : `${amount(issue.origin)}at least ${String(issue.minimum)}`;
    case "too_big":
      return issue.origin === "string"
        ? `a text of at most ${count(issue.maximum, "character")}`
        : `${amount(issue.origin)}at most ${String(issue.maximum)}`;
    case "invalid_union": {
      const branches = issue.errors.map((branch) => branch.map(wantedText)[0]);
      return [...new Set(branches)].filter((branch) => branch !== undefined).join(" or ");
    }
    default:
      return undefined;
  }
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a mapping",
    record: "a mapping",
  };
  return names[expected] ?? expected;
}

function amount(origin: string): string {
  return origin === "array" ? "a list with a length of " : "";
}

function count(number: number | bigint, noun: string): string {
  return `${String(number)} ${noun}${Number(number) === 1 ? "" : "s"}`;
}

function valueHint(issue: z.core.$ZodIssue, received: unknown): string {
  if (issue.code === "invalid_value" && typeof received === "string") {
    const near = nearestNames(received, issue.values.map(String), 1);
    return near.length === 0 ? "" : ` Did you mean ${list(near)}?`;
  }
  if (issue.code !== "invalid_type" || typeof received !== "string") return "";
  const quoted =
    /^(number|int|boolean)$/.test(issue.expected) && /^(-?\d+|true|false)$/.test(received);
  return quoted ? " Leave the quotes out." : "";
}

function list(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(" or ");
}
