import { GatewayError, type Violation } from "../../../kernel/errors.ts";
import { isJsonObject } from "../../../kernel/json.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { CompositeDefinition } from "../composites.ts";
import { COMPOSITE_NAME } from "../options.ts";

const MAX_DESCRIPTION = 2_000;
const MAX_TITLE = 200;

/**
 * Checks what surrounds a composite's plan.
 * @throws GatewayError `invalid-request` with every violation.
 */
export function checkDefinition(composite: CompositeDefinition): void {
  const violations = violationsOf(composite);
  if (violations.length === 0) return;
  throw new GatewayError("invalid-request", "The composite is wrong.", { violations });
}

function violationsOf(composite: CompositeDefinition): Violation[] {
  const { name, description, title, plan, outputSchema } = composite;
  const violations: Violation[] = [];
  const check = (isRight: boolean, path: string, message: string): void => {
    if (!isRight) violations.push({ path, message });
  };
  const received = JSON.stringify(name.slice(0, 60));
  check(
    COMPOSITE_NAME.test(name),
    "/name",
    `must be 1–48 of A–Z, a–z, 0–9, _ and -, a letter first; received ${received}`,
  );
  check(isBetween(description, MAX_DESCRIPTION), "/description", lengthRule(MAX_DESCRIPTION));
  check(title === undefined || isBetween(title, MAX_TITLE), "/title", lengthRule(MAX_TITLE));
  check(isObject(plan), "/plan", "must be a plan, a JSON object");
  check(
    outputSchema === undefined || describesObject(outputSchema),
    "/outputSchema",
    'must be a JSON Schema whose "type" is "object"',
  );
  return violations;
}

function isBetween(text: string, maximum: number): boolean {
  return text.length > 0 && text.length <= maximum;
}

function lengthRule(maximum: number): string {
  return `must be a text of 1–${maximum.toLocaleString("en-US")} characters`;
}

function isObject(raw: RawJson): boolean {
  try {
    return isJsonObject(raw.value());
  } catch {
    return false;
  }
}

function describesObject(raw: RawJson): boolean {
  return isObject(raw) && (raw.value() as { type?: unknown }).type === "object";
}
