import { ExpressionError } from "./expression.ts";

/** Counts what evaluating costs. */
export interface Budget {
  /** Begins another evaluation. */
  begin(): void;
  /** @throws ExpressionError when the steps are used up. */
  spend(steps: number): void;
  /** Members of an object; counted once an object. */
  memberCount(value: object): number;
  /** About the length of the value as JSON, shared parts counted as often as they stand there. */
  jsonLength(value: unknown): number;
}

/** Makes a budget of steps for one evaluation at a time, and for all of them together. */
export function createBudget(maxSteps: number, maxTotalSteps = Infinity): Budget {
  let left = maxSteps;
  let leftInAll = maxTotalSteps;
  const counts = new WeakMap<object, number>();
  const lengths = new WeakMap<object, number>();

  function jsonLength(value: unknown): number {
    if (typeof value === "string") return value.length + 2;
    if (typeof value !== "object" || value === null) return 8;
    const known = lengths.get(value);
    if (known !== undefined) return known;
    let length = 2;
    for (const [key, item] of Object.entries(value)) {
      length += 1 + jsonLength(item) + (Array.isArray(value) ? 0 : key.length + 3);
    }
    lengths.set(value, length);
    return length;
  }

  return {
    begin() {
      left = maxSteps;
    },
    spend(steps) {
      left -= steps;
      leftInAll -= steps;
      if (left < 0) {
        throw new ExpressionError(
          "the expression takes too many steps over this result; narrow it",
        );
      }
      if (leftInAll < 0) {
        throw new ExpressionError("the expressions take too many steps together; narrow them");
      }
    },
    memberCount(value) {
      const count = counts.get(value) ?? Object.keys(value).length;
      counts.set(value, count);
      return count;
    },
    jsonLength,
  };
}
