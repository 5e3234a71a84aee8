import {
  compileExpression,
  type Expression,
  type ExpressionNode,
} from "../../expressions/index.ts";
import { isNullLiteral, isPath } from "./expression-nodes.ts";
import { readsOf, type ExpressionReads, type Origin } from "./reads.ts";

/** Longest expression, in characters. */
const MAX_EXPRESSION_LENGTH = 2_048;

/** An expression of a plan, compiled. */
export interface Reference extends ExpressionReads {
  readonly expression: Expression;
  /** Set when it is nothing but a path: then values are cut out as bytes. */
  readonly plain?: { readonly origin: Origin; readonly path: readonly (string | number)[] };
  /** Whether null is an answer, since the expression itself says so. */
  readonly givesNull: boolean;
}

/**
 * Compiles an expression.
 * @throws ExpressionError when it cannot be read; other faults are in the reference.
 */
export function compileReference(text: string): Reference {
  const expression = compileExpression(text, MAX_EXPRESSION_LENGTH);
  const found = readsOf(expression.node);
  const plain = plainPath(expression.node, found);
  return {
    ...found,
    expression,
    ...(plain === undefined ? {} : { plain }),
    givesNull: givesNull(expression.node),
  };
}

function plainPath(node: ExpressionNode, { reads }: ExpressionReads): Reference["plain"] {
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
