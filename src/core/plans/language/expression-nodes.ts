import type { ExpressionNode } from "../../expressions/index.ts";

/** Whether a node goes from a value to a part of it by names and positions alone. */
export function isPath(node: ExpressionNode): boolean {
  switch (node.type) {
    case "Field":
    case "Index":
    case "Current":
    case "Root":
      return true;
    case "Subexpression":
    case "IndexExpression":
      return isPath(node.left) && isPath(node.right);
    default:
      return false;
  }
}

/** Whether a node is the literal null. */
export function isNullLiteral(node: ExpressionNode): boolean {
  return node.type === "Literal" && node.value === null;
}

/** Whether a node says what it gives when an operand is not there. */
export function isForgiving(node: ExpressionNode): boolean {
  switch (node.type) {
    case "OrExpression":
    case "NotExpression":
    case "Ternary":
      return true;
    case "Comparator": {
      const isEquality = node.name === "EQ" || node.name === "NE";
      return isEquality && (isNullLiteral(node.left) || isNullLiteral(node.right));
    }
    case "Function":
      return node.name === "not_null";
    default:
      return false;
  }
}

/** The nodes that a node calculates with, all seen from where it stands. */
export function operandsOf(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.type) {
    case "Ternary":
      return [node.condition, node.trueExpr, node.falseExpr];
    case "NotExpression":
    case "Flatten":
      return [node.child];
    case "Unary":
      return [node.operand];
    case "MultiSelectList":
    case "Function":
      return node.children;
    case "Binding":
      return [node.reference];
    case "MultiSelectHash":
      return node.children.map((child) => child.value);
    default:
      return "left" in node ? [node.left, node.right] : [];
  }
}

/** An integer beyond 2^53 in a literal, which reading it may have rounded. */
export function roundedNumber(value: unknown): number | undefined {
  if (typeof value === "number") {
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? value : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const item of Object.values(value)) {
    const rounded = roundedNumber(item);
    if (rounded !== undefined) return rounded;
  }
  return undefined;
}

/**
 * Reads `!steps.a` as `!(steps.a)`. JMESPath's grammar binds `!` closer than the dot, which makes it
 * a member of true or false: always null, and never what is meant.
 */
export function bindNotLoosely(node: ExpressionNode): ExpressionNode {
  if (node.type === "Literal") return node;
  const bound = mapNodes(node);
  if (bound.type !== "Subexpression" && bound.type !== "IndexExpression") return bound;
  const { left } = bound;
  if (left.type !== "NotExpression") return bound;
  return { type: "NotExpression", child: { ...bound, left: left.child } };
}

function mapNodes(node: ExpressionNode): ExpressionNode {
  const members = Object.entries(node).map(([key, member]: [string, unknown]) => [
    key,
    Array.isArray(member) ? member.map(mapMember) : mapMember(member),
  ]);
  return Object.fromEntries(members) as ExpressionNode;
}

function mapMember(member: unknown): unknown {
  const isNode = typeof member === "object" && member !== null && "type" in member;
  return isNode ? bindNotLoosely(member as ExpressionNode) : member;
}
