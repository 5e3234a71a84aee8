import { patternCost } from "../../catalog/index.ts";

/** Steps that a match may take at worst before it is not tried. */
const MAX_STEPS = 10_000_000;

/** A pattern as a validator uses it. */
export interface GuardedPattern {
  test(text: string): boolean;
  toString(): string;
}

/**
 * Compiles a pattern for use on texts that callers choose: a text so long that the pattern could
 * take seconds over it counts as a match. Patterns that the `u` flag forbids are read without it, as
 * other validators do.
 * @throws SyntaxError when the text is no pattern, or one whose cost cannot be told or is exponential.
 */
export function guardedPattern(pattern: string, flags: string): GuardedPattern {
  const cost = patternCost(pattern);
  if (cost.kind !== "polynomial") {
    throw new SyntaxError(`the cost of the pattern ${pattern.slice(0, 60)} cannot be bounded`);
  }
  const expression = compile(pattern, flags);
  const maxLength = cost.degree < 2 ? MAX_STEPS : Math.floor(MAX_STEPS ** (1 / cost.degree));
  return {
    test: (text) => text.length > maxLength || expression.test(text),
    toString: () => `/${pattern}/${flags}`,
  };
}

function compile(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    return new RegExp(pattern);
  }
}
