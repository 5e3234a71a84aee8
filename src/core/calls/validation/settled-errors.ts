import type { ErrorObject } from "ajv";

/** Keywords that try several schemas: their errors come with those of all that were tried. */
const BRANCHING: ReadonlySet<string> = new Set(["anyOf", "oneOf", "not", "if", "contains"]);

/** Keywords that look at a value's kind and the names of its members, not at what is in them. */
const SHALLOW: ReadonlySet<string> = new Set(["type", "required", "additionalProperties"]);

/** Where so much is open, nothing is settled. */
const MAX_COMPARISONS = 1_000_000;

/**
 * Those errors that stay whatever comes to stand at the `unknown` places (JSON pointers).
 * Leaves out too much rather than too little.
 */
export function settledErrors(
  errors: readonly ErrorObject[],
  unknown: readonly string[],
): readonly ErrorObject[] {
  if (unknown.length === 0) return errors;
  if (unknown.length * errors.length > MAX_COMPARISONS) return [];
  const isOpen = ({ instancePath, keyword }: ErrorObject): boolean =>
    unknown.some(
      (place) =>
        isWithin(instancePath, place) || (isWithin(place, instancePath) && !SHALLOW.has(keyword)),
    );
  const branches = errors.filter((error) => BRANCHING.has(error.keyword) && isOpen(error));
  return errors.filter(
    (error) =>
      !isOpen(error) &&
      !branches.some(({ instancePath }) => isWithin(error.instancePath, instancePath)),
  );
}

/** Whether a place is another one or stands in it. */
function isWithin(place: string, other: string): boolean {
  return place === other || place.startsWith(`${other}/`);
}
