import { isJsonObject, type JsonObject, type JsonValue } from "../../../kernel/json.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";

/** A tool that a plan names. */
export interface NamedTool {
  /** As written: an id or an alias. */
  readonly tool: string;
  /** Whether what it is called with, or whether it is, may hang on what other steps gave. */
  readonly mayReadSteps: boolean;
}

/** Every tool that a plan names, compensations included, as far as it can be read: what is wrong is for its check. */
export function namedTools(plan: RawJson): readonly NamedTool[] {
  const steps = membersOf(plan)["steps"];
  if (!Array.isArray(steps)) return [];
  return steps.filter(isJsonObject).flatMap((step) => {
    const { compensate } = step;
    return [...named(step), ...(isJsonObject(compensate) ? named(compensate) : [])];
  });
}

/** The members of a plan; none when it is not an object. */
export function membersOf(plan: RawJson): JsonObject {
  try {
    const value = plan.value();
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function named(call: JsonObject): NamedTool[] {
  const { tool, arguments: args, when, forEach } = call;
  if (typeof tool !== "string") return [];
  return [{ tool, mayReadSteps: [args, when, forEach].some(namesSteps) }];
}

/** Errs towards yes: the word may also be plain text. */
function namesSteps(value: JsonValue | undefined): boolean {
  return value !== undefined && /\bsteps\b/.test(JSON.stringify(value));
}
