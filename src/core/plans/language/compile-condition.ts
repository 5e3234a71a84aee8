import type { Condition } from "../compiled-plan.ts";
import { tellUnclosed, type TemplateContext } from "./compile-template.ts";
import { findValue } from "./evaluate.ts";
import { isFalsy } from "./pick.ts";
import type { Place } from "./problems.ts";
import { splitText, type TextPart } from "./split-text.ts";
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
  const source = text.trim();
  const parts = splitText(source);
  if ("unclosedAt" in parts) {
    return tellUnclosed(source.slice(parts.unclosedAt), place, { problems });
  }
  const expression = soleExpression(parts);
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

function soleExpression([part, ...more]: readonly TextPart[]): string | undefined {
  if (part === undefined || more.length > 0) return undefined;
  return part.kind === "reference" ? part.expression : part.text;
}
