import {
  compileExpression,
  type Expression,
  type ExpressionNode,
} from "../../expressions/index.ts";
import { bindNotLoosely, isNullLiteral, isPath } from "./expression-nodes.ts";
import { readsOf, type ExpressionReads, type Origin } from "./reads.ts";

/** Longest expression, in characters. */
const MAX_EXPRESSION_LENGTH = 2_048;

/** What is nothing but a path: such values are cut out as bytes. */
export interface PlainPath {
  readonly origin: Origin;
  readonly path: readonly (string | number)[];
}

/** An expression of a plan, compiled. */
export type Reference = ExpressionReads & {
  readonly text: string;
} & (
    | { readonly plain: PlainPath }
    | {
        readonly plain?: undefined;
        readonly expression: Expression;
        /** Whether null is an answer, since the expression itself says so. */
        readonly givesNull: boolean;
      }
  );

/** Most references: names and positions, and nothing that must be quoted. */
const SIMPLE_PATH =
  /^(?:steps\.(?<step>[A-Za-z_]\w*)|(?<name>input|item|index))(?<rest>(?:\.[A-Za-z_]\w*|\[-?\d{1,9}\])*)$/;
const PATH_KEYS = /\.(\w+)|\[(-?\d+)\]/g;

/**
 * Compiles an expression.
 * @throws ExpressionError when it cannot be read; other faults are in the reference.
 */
export function compileReference(text: string): Reference {
  return simpleReference(text) ?? compileAny(text);
}

/** Reads a simple path without the help of JMESPath, many times faster. */
function simpleReference(text: string): Reference | undefined {
  if (text.length > MAX_EXPRESSION_LENGTH) return undefined;
  const { step, name, rest = "" } = SIMPLE_PATH.exec(text)?.groups ?? {};
  if (step === undefined && name === undefined) return undefined;
  const origin: Origin =
    step === undefined ? { source: name as "input" | "item" | "index" } : { source: "steps", step };
  const path = Array.from(rest.matchAll(PATH_KEYS), ([, key, position]) => key ?? Number(position));
  return {
    text,
    reads: [{ ...origin, path, isOptional: false }],
    faults: [],
    shadowed: [],
    plain: { origin, path },
  };
}

/** As `compileReference`, for any expression. */
export function compileAny(text: string): Reference {
  const compiled = compileExpression(text, MAX_EXPRESSION_LENGTH);
  const node = text.includes("!") ? bindNotLoosely(compiled.node) : compiled.node;
  const found = readsOf(node);
  const plain = plainPath(node, found);
  if (plain !== undefined) return { ...found, text, plain };
  return { ...found, text, expression: { text, node }, givesNull: givesNull(node) };
}

function plainPath(node: ExpressionNode, { reads }: ExpressionReads): PlainPath | undefined {
  const [read] = reads;
  if (read === undefined || !isPath(node)) return undefined;
  const { path, isOptional: _, ...origin } = read;
  // A path by names and positions alone holds no "any item".
  return { origin, path: path as readonly (string | number)[] };
}

function givesNull(node: ExpressionNode): boolean {
  if (node.type === "OrExpression") return givesNull(node.right);
  if (node.type === "Ternary") return givesNull(node.trueExpr) || givesNull(node.falseExpr);
  return isNullLiteral(node);
}
