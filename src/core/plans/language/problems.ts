import type { PlanProblem } from "../../../kernel/errors.ts";
import { nearestNames } from "../../../kernel/nearest-names.ts";

/** Every code of a plan's problems, and what it says; `docs/plans.md` lists them. */
export const PLAN_PROBLEMS = {
  "invalid-json": "The plan is not a JSON object, or is nested too deeply.",
  "plan-too-large": "The plan's text with its input is above `plans.maxBytes`.",
  "too-many-steps": "It has more steps than `plans.maxSteps`.",
  "too-many-items": "A `forEach` is given more items than `plans.maxItems`.",
  "too-many-references": "It has more references than are read.",
  "missing-member": "A member that must be there is not.",
  "unknown-member": "A member that means nothing.",
  "invalid-value": "A member's value has the wrong type or is out of range.",
  "invalid-id": "A step's id is not of the form `[A-Za-z_][A-Za-z0-9_]*`.",
  "duplicate-id": "Two steps have the same id.",
  "limit-reduced": "The plan asks for more than the gateway allows, and gets what it allows.",
  "unclosed-reference": "A `${` has no closing brace.",
  "invalid-expression": "An expression cannot be read.",
  "reference-in-key": "A `${` stands in the name of a member, where it is no reference.",
  "not-a-reference":
    "A text looks like a reference to a value of the plan, but is not written `${…}`; it stays as it is.",
  "unknown-name":
    "An expression begins with something else than `steps`, `input`, `item`, `index`.",
  "steps-as-a-whole": "An expression uses `steps` without naming a step.",
  "item-outside-for-each": "`item` or `index` stand where there is no `forEach`.",
  "shadowed-steps":
    "`steps` inside a filter or function means a member of the item, not the plan's.",
  "unknown-step": "A step is named that the plan does not have.",
  "self-reference": "A step reads its own value or waits for itself.",
  "invalid-fallback": "A `fallbackStep` that cannot be one.",
  cycle: "Steps wait for each other.",
  "may-be-skipped": "A value is read that may not be there, without a default.",
  "unknown-path": "A reference reads what the tool's output, or the input, cannot hold.",
  "undeclared-path":
    "A reference reads what the tool's output schema, or `inputSchema`, does not tell of.",
  "type-mismatch": "A reference gives a type that the tool does not take.",
  "unknown-tool": "There is no such tool, or the caller may not use it.",
  "invalid-arguments": "Constant arguments do not fit the tool's input schema.",
  "invalid-input": "The input does not fit `inputSchema`.",
  "rule-broken": "A composition rule forbids two steps in one plan.",
  "composite-recursion": "A composite tool would call itself.",
  "composite-too-deep": "Composite tools stand deeper in each other than `plans.maxDepth`.",
  "composite-broken": "The plan behind a composite tool does not pass its check.",
  "more-problems": "There are more problems than are listed.",
} as const;

export type PlanProblemCode = keyof typeof PLAN_PROBLEMS;

/** Where a problem is. */
export interface Place {
  readonly step?: string;
  /** A JSON pointer into the plan. */
  readonly path: string;
}

/** What is being found wrong with a plan. */
export interface ProblemList {
  error(code: PlanProblemCode, place: Place, message: string): void;
  warn(code: PlanProblemCode, place: Place, message: string): void;
  /** `, did you mean "x"?`, or nothing: suggestions are costly, so a plan gets only so many. */
  hint(wanted: string, names: Iterable<string>): string;
  readonly hasErrors: boolean;
  /** Whether no more are listed. */
  readonly isFull: boolean;
  /** All of them, as found. */
  list(): readonly PlanProblem[];
}

/** Problems listed of one plan. */
const MAX_PROBLEMS = 1_000;
/** Suggestions made for one plan, and names looked through for one. */
const MAX_HINTS = 50;
const MAX_NAMES = 2_000;
const MAX_MESSAGE_LENGTH = 2_000;

/** Makes an empty list. */
export function createProblemList(): ProblemList {
  const problems: PlanProblem[] = [];
  let hints = 0;
  let more = 0;
  let hasErrors = false;

  function add(severity: PlanProblem["severity"], { step, path }: Place, [code, text]: Told): void {
    hasErrors ||= severity === "error";
    if (problems.length >= MAX_PROBLEMS) {
      more += 1;
      return;
    }
    const message =
      text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH)}…` : text;
    problems.push({ severity, ...(step === undefined ? {} : { step }), path, code, message });
  }

  return {
    error: (code, place, message) => add("error", place, [code, message]),
    warn: (code, place, message) => add("warning", place, [code, message]),
    hint(wanted, names) {
      if (hints >= MAX_HINTS) return "";
      hints += 1;
      const [nearest] = nearestNames(wanted, firstOf(names, MAX_NAMES), 1);
      return nearest === undefined ? "" : `, did you mean "${nearest}"?`;
    },
    get hasErrors() {
      return hasErrors;
    },
    get isFull() {
      return more > 0;
    },
    list: () => (more === 0 ? problems : [...problems, rest(more, hasErrors)]),
  };
}

type Told = readonly [code: PlanProblemCode, message: string];

function rest(count: number, hasErrors: boolean): PlanProblem {
  return {
    severity: hasErrors ? "error" : "warning",
    path: "",
    code: "more-problems",
    message: `and ${count} more problems, which are not listed`,
  };
}

function* firstOf(names: Iterable<string>, limit: number): Generator<string> {
  let count = 0;
  for (const name of names) {
    if (count++ >= limit) return;
    yield name;
  }
}
