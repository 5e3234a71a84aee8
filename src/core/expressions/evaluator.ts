import { TreeInterpreter } from "@jmespath-community/jmespath";
import { createBudget, type Budget } from "./budget.ts";
import { exactText, type ExactValue } from "./exact-json.ts";
import { ExpressionError, type Expression } from "./expression.ts";

/** What expressions may cost. */
export interface EvaluationLimits {
  /** Steps of one evaluation: about one a node visited, an element compared or a character copied. */
  readonly maxSteps: number;
  /** Steps of all evaluations of one evaluator together. Default: no bound. */
  readonly maxTotalSteps?: number;
  /** Largest answer, in characters of JSON, roughly. */
  readonly maxOutputLength: number;
}

/** Evaluates expressions within limits. */
export interface Evaluator {
  /**
   * The value is not changed; the answer may share parts with it. Integers beyond 2^53 that come as
   * bigints are compared and passed on exactly, and never calculated with.
   * @throws ExpressionError
   */
  evaluate(expression: Expression, value: ExactValue): ExactValue;
}

type Interpreter = typeof TreeInterpreter;
type Visited = ReturnType<Interpreter["visit"]>;
type CallFunction = Interpreter["runtime"]["callFunction"];
type Comparison = "EQ" | "NE" | "GT" | "GTE" | "LT" | "LTE";

/** Making a scope for `let` costs about as much as visiting this many nodes. */
const SCOPE_STEPS = 50;

/**
 * Makes an evaluator of JMESPath with a bound on its cost: filters inside filters grow as powers of
 * the data, and some functions make far more than they are given.
 */
export function createEvaluator(limits: EvaluationLimits): Evaluator {
  const budget = createBudget(limits.maxSteps, limits.maxTotalSteps);
  const Constructor = TreeInterpreter.constructor as new () => Interpreter;
  const interpreter = bound(new Constructor(), budget);
  return {
    evaluate({ node }, value) {
      budget.begin();
      try {
        const answer = (interpreter.search(node, value as never) ?? null) as ExactValue;
        if (budget.jsonLength(answer) > limits.maxOutputLength) {
          throw new ExpressionError("the expression gives too much; narrow it");
        }
        return answer;
      } catch (error) {
        if (error instanceof ExpressionError) throw error;
        throw new ExpressionError((error as Error).message, { cause: error });
      }
    },
  };
}

function bound(interpreter: Interpreter, budget: Budget): Interpreter {
  const { runtime } = interpreter;
  const visit = interpreter.visit.bind(interpreter);
  const withScope = interpreter.withScope.bind(interpreter);
  const callFunction = runtime.callFunction.bind(runtime);

  interpreter.visit = (node, value) => {
    budget.spend(1);
    if (node.type === "Field") return ownField(value, node.name);
    if (node.type === "Comparator") {
      const first = interpreter.visit(node.left, value);
      return compare(node.name, first, interpreter.visit(node.right, value));
    }
    if (node.type === "MultiSelectHash") {
      const members = node.children.map((child) => [
        child.name,
        interpreter.visit(child.value, value),
      ]);
      // Not an assignment a member: one named `__proto__` would vanish.
      return Object.fromEntries(members) as Visited;
    }
    if (node.type === "Slice") budget.spend(shallowSize(value, budget));
    const result = visit(node, value);
    if (node.type === "Flatten") budget.spend(shallowSize(result, budget));
    // Conditions ask an object for its keys; arrays and strings answer at once.
    else if (isPlainObject(result)) budget.spend(budget.memberCount(result));
    return node.type === "Arithmetic" ? unrounded(result) : result;
  };
  interpreter.withScope = (scope) => {
    budget.spend(SCOPE_STEPS);
    return bound(withScope(scope), budget);
  };
  runtime.callFunction = (name, args) => {
    budget.spend(functionCost(name, args, budget));
    if (name === "to_string" && typeof args[0] !== "string")
      return exactText(args[0] as ExactValue);
    if (name === "type" && typeof args[0] === "bigint") return "number";
    const result = callExactly(name, args);
    return name === "sum" ? (unrounded(result) as typeof result) : result;
  };

  function callExactly(...[name, args]: Parameters<CallFunction>): ReturnType<CallFunction> {
    try {
      return callFunction(name, args);
    } catch (error) {
      if (error instanceof ExpressionError || !args.flat().some(isBigInt)) throw error;
      const message = `${name}() cannot be told of integers beyond 2^53: they would be rounded`;
      throw new ExpressionError(message, { cause: error });
    }
  }

  function compare(name: Comparison, first: unknown, second: unknown): Visited {
    if (name === "EQ" || name === "NE") return isEqual(first, second, budget) === (name === "EQ");
    if (!isNumeric(first) || !isNumeric(second)) return null;
    if (name === "GT") return first > second;
    if (name === "GTE") return first >= second;
    return name === "LT" ? first < second : first <= second;
  }
  return interpreter;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function isBigInt(value: unknown): boolean {
  return typeof value === "bigint";
}

/** @throws ExpressionError for a sum that a double may not hold. */
function unrounded(result: Visited): Visited {
  if (typeof result !== "number" || !Number.isInteger(result) || Number.isSafeInteger(result)) {
    return result;
  }
  throw new ExpressionError(`the calculation gives ${result}, beyond 2^53: it would be rounded`);
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
