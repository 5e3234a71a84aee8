import { z } from "zod";
import { GatewayError, type Violation } from "../kernel/errors.ts";
import { jsonPointer } from "../kernel/json-pointer.ts";
import { nearestNames } from "../kernel/nearest-names.ts";
import { received } from "./received.ts";

/** Violations told in one answer; an input with more is cut there. */
const MAX_VIOLATIONS = 50;

/**
 * Reads an input by its schema.
 * @throws GatewayError `invalid-request` with every violation: where (a JSON pointer), what was
 *   expected, what was received, and for an unknown member the nearest known one.
 */
export function readInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const outcome = schema.safeParse(value, { reportInput: true });
  if (outcome.success) return outcome.data;
  throw invalidRequest(outcome.error.issues.flatMap((issue) => toViolations(issue, schema)));
}

/** The failure for an input with the given violations (at least one). */
export function invalidRequest(all: readonly Violation[]): GatewayError<"invalid-request"> {
  const violations = all.slice(0, MAX_VIOLATIONS);
  const first = violations[0];
  const where = first === undefined || first.path === "" ? "" : `${first.path}: `;
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : "";
  return new GatewayError(
    "invalid-request",
    `The request is not valid: ${where}${first?.message ?? "see violations"}${more}.`,
    { violations },
  );
}

function toViolations(issue: z.core.$ZodIssue, schema: z.ZodType): Violation[] {
  const path = jsonPointer(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = membersAt(schema, issue.path);
    return issue.keys.map((key) => ({
      path: jsonPointer([...issue.path, key]),
      message: unknownMember(key, known),
    }));
  }
  if (issue.input === undefined && issue.code !== "custom") {
    return [{ path, message: `is required: ${expectation(issue)}` }];
  }
  if (issue.code === "custom") return [{ path, message: issue.message }];
  return [{ path, message: `${expectation(issue)}, received ${received(issue.input)}` }];
}

/** What was expected, in zod's words without its own opening and without the type received. */
function expectation(issue: z.core.$ZodIssue): string {
  return issue.message
    .replace(/^[A-Z][a-z ]+: /, "")
    .replace(/, received .*$/, "")
    .replace(/^Invalid input$/, "one of the accepted forms was expected");
}

function unknownMember(key: string, known: readonly string[]): string {
  const [nearest] = nearestNames(key, known, 1);
  const name = received(key);
  return nearest === undefined
    ? `unknown member ${name}; known are ${known.join(", ")}`
    : `unknown member ${name}; did you mean "${nearest}"?`;
}

/** The members that the object schema at `path` knows. */
function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const key of path) {
    const inner = unwrap(at);
    if (inner instanceof z.ZodObject) at = inner.shape[String(key)];
    else if (inner instanceof z.ZodArray) at = inner.element;
  }
  const found = unwrap(at);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/** A schema without what makes it optional. */
export function unwrap(schema: unknown): unknown {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodDefault) at = at.unwrap();
  return at;
}
