import type { Condition } from "../compiled-plan.ts";
import type { TemplateContext } from "./compile-template.ts";
import { findValue } from "./evaluate.ts";
import { isFalsy } from "./pick.ts";
import type { Place } from "./problems.ts";
import { splitText } from "./split-text.ts";
import { stepsRead, type PlacedReference } from "./template.ts";

/** A condition with what its check must know. */
export interface CompiledCondition extends Condition {
  readonly pointer: string;
  readonly references: readonly PlacedReference[];
}

/** Compiles an expression, bare or in one `${…}`; `undefined` when it cannot be read. */
export function compileCondition(
  text: string,
  place: Place,
  { problems, references }: TemplateContext,
): CompiledCondition | undefined {
  const expression = soleExpression(text);
  if (expression === undefined) {
    const message = "a condition is one expression, bare or in one ${…}, without text around it";
    problems.error("invalid-expression", place, message);
    return undefined;
  }
  const reference = references.compile(expression, place);
  if (reference === undefined) return undefined;
  const placed = [{ reference, pointer: place.path, isWhole: true }];
  return {
    pointer: place.path,
    references: placed,
    reads: stepsRead(placed),
    holds(scope) {
      const { found } = findValue(reference, scope);
      return found !== undefined && !isFalsy(found);
    },
  };
}

function soleExpression(text: string): string | undefined {
  const parts = splitText(text.trim());
  if ("unclosedAt" in parts || parts.length !== 1) return undefined;
  const part = parts[0]!;
  return part.kind === "reference" ? part.expression : part.text;
}
