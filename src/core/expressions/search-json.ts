import type { JsonValue } from "../../kernel/json.ts";
import { createEvaluator } from "./evaluator.ts";
import { compileExpression } from "./expression.ts";

/** What an expression may cost. */
export interface SearchLimits {
  /** Longest expression, in characters. */
  readonly maxExpressionLength: number;
  /** Steps of evaluation: about one a node visited, an element compared or a character copied. */
  readonly maxSteps: number;
  /** Largest answer, in characters of JSON, roughly. */
  readonly maxOutputLength: number;
}

/**
 * Runs a JMESPath expression over a JSON value once, within limits.
 * The value is not changed; the answer may share parts with it.
 *
 * @throws ExpressionError
 */
export function searchJson(
  value: JsonValue,
  expression: string,
  limits: SearchLimits,
): { readonly value: JsonValue } {
  const compiled = compileExpression(expression, limits.maxExpressionLength);
  return { value: createEvaluator(limits).evaluate(compiled, value) as JsonValue };
}
