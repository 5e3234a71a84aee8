import { compile, TreeInterpreter } from "@jmespath-community/jmespath";
import type { JsonValue } from "../../kernel/json.ts";

/** What an expression may cost. */
export interface SearchLimits {
  /** Longest expression, in characters. */
  readonly maxExpressionLength: number;
  /** Steps of evaluation: about one a node visited, an element compared or a character copied. */
  readonly maxSteps: number;
  /** Largest answer, in characters of JSON, roughly. */
  readonly maxOutputLength: number;
}

/** The expression cannot be read, does not fit the data, or would cost too much; the message says which. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

type Interpreter = typeof TreeInterpreter;
type Visited = ReturnType<Interpreter["visit"]>;
type CallFunction = Interpreter["runtime"]["callFunction"];

/**
 * Runs a JMESPath expression over a JSON value, with a bound on its cost: filters inside filters
 * grow as powers of the data, and some functions make far more than they are given.
 * The value is not changed; the answer may share parts with it.
 *
 * @throws ExpressionError
 */
export function searchJson(
  value: JsonValue,
  expression: string,
  limits: SearchLimits,
): { readonly value: JsonValue } {
  if (expression.length > limits.maxExpressionLength) {
    throw new ExpressionError(
      `the expression has ${expression.length} characters; at most ${limits.maxExpressionLength} are read`,
    );
  }
  const parsed = parse(expression);
  const budget = createBudget(limits.maxSteps);
  try {
    const found = createBoundedInterpreter(budget).search(parsed, value as never);
    const answer = (found ?? null) as JsonValue;
    if (budget.jsonLength(answer) > limits.maxOutputLength) {
      throw new ExpressionError("the expression gives too much; narrow it, or page without a path");
    }
    return { value: answer };
  } catch (error) {
    if (error instanceof ExpressionError) throw error;
    throw new ExpressionError((error as Error).message, { cause: error });
  }
}

function parse(expression: string): ReturnType<typeof compile> {
  try {
    return compile(expression);
  } catch (error) {
    const reason = (error as Error).message;
    throw new ExpressionError(`the expression cannot be read: ${reason}`, { cause: error });
  }
}

interface Budget {
  /** @throws ExpressionError when the steps are used up. */
  spend(steps: number): void;
  /** Members of an object; counted once an object. */
  memberCount(value: object): number;
  /** About the length of the value as JSON, shared parts counted as often as they stand there. */
  jsonLength(value: unknown): number;
}

function createBudget(maxSteps: number): Budget {
  let left = maxSteps;
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
    spend(steps) {
      left -= steps;
      if (left >= 0) return;
      throw new ExpressionError("the expression takes too many steps over this result; narrow it");
    },
    memberCount(value) {
      const count = counts.get(value) ?? Object.keys(value).length;
      counts.set(value, count);
      return count;
    },
    jsonLength,
  };
}

/** The library's interpreter, with every visit and every function call charged to the budget. */
function createBoundedInterpreter(budget: Budget): Interpreter {
  const Constructor = TreeInterpreter.constructor as new () => Interpreter;
  return bound(new Constructor(), budget);
}

function bound(interpreter: Interpreter, budget: Budget): Interpreter {
  const { runtime } = interpreter;
  const visit = interpreter.visit.bind(interpreter);
  const withScope = interpreter.withScope.bind(interpreter);
  const callFunction = runtime.callFunction.bind(runtime);

  interpreter.visit = (node, value) => {
    budget.spend(1);
    if (node.type === "Field") return ownField(value, node.name);
    if (node.type === "Comparator" && (node.name === "EQ" || node.name === "NE")) {
      const first = interpreter.visit(node.left, value);
      const isSame = isEqual(first, interpreter.visit(node.right, value), budget);
      return isSame === (node.name === "EQ");
    }
    if (node.type === "Slice") budget.spend(shallowSize(value, budget));
    const result = visit(node, value);
    if (node.type === "Flatten") budget.spend(shallowSize(result, budget));
    // Conditions ask an object for its keys; arrays and strings answer at once.
    else if (isPlainObject(result)) budget.spend(budget.memberCount(result));
    return result;
  };
  interpreter.withScope = (scope) => bound(withScope(scope), budget);
  runtime.callFunction = (name, args) => {
    budget.spend(functionCost(name, args, budget));
    return callFunction(name, args);
  };
  return interpreter;
}

/** Own members only: `constructor` and its like are no data. */
function ownField(value: Visited, name: string): Visited {
  if (!isPlainObject(value) || !Object.hasOwn(value, name)) return null;
  return (value as Record<string, Visited>)[name] ?? null;
}

/** Steps of a function call: what it reads, and what it makes where that can be more. */
function functionCost(name: string, args: Parameters<CallFunction>[1], budget: Budget): number {
  const sizes = args.map((arg) => shallowSize(arg, budget));
  const read = sizes.reduce((sum, size) => sum + size, 1);
  const [first = 0, second = 0, third = 0] = sizes;
  switch (name) {
    case "pad_left":
    case "pad_right":
      return read + positive(args[1]);
    case "replace": {
      const made = (1 + first / Math.max(1, second)) * third;
      return read + made + positive(args[3]) * (first + third);
    }
    case "join":
      return read + first * second + budget.jsonLength(args[1]);
    case "trim":
    case "trim_left":
    case "trim_right":
      // Their patterns look at every run of spaces anew; about fifty characters cost one step.
      return read + first ** 2 / 50;
    case "to_string":
      return budget.jsonLength(args[0]);
    default:
      return read;
  }
}

function positive(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}

function shallowSize(value: unknown, budget: Budget): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return isPlainObject(value) ? budget.memberCount(value) : 1;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Equality of JSON values, charged as it goes. */
function isEqual(first: unknown, second: unknown, budget: Budget): boolean {
  budget.spend(1);
  if (typeof first === "string" && typeof second === "string") {
    if (first.length === second.length) budget.spend(first.length / 64);
    return first === second;
  }
  if (first === second) return true;
  if (Array.isArray(first) && Array.isArray(second)) {
    return (
      first.length === second.length &&
      first.every((item, index) => isEqual(item, second[index], budget))
    );
  }
  if (!isPlainObject(first) || !isPlainObject(second)) return false;
  const entries = Object.entries(first);
  budget.spend(entries.length);
  return (
    entries.length === budget.memberCount(second) &&
    entries.every(
      ([key, item]) =>
        Object.hasOwn(second, key) &&
        isEqual(item, (second as Record<string, unknown>)[key], budget),
    )
  );
}
