import { functionNames, type ExpressionNode } from "../../expressions/index.ts";
import { isForgiving, isPath, operandsOf, roundedNumber } from "./expression-nodes.ts";
import type { PlanProblemCode } from "./problems.ts";

/** What expressions can begin with. */
export const SCOPE_NAMES = ["steps", "input", "item", "index"] as const;

/** A member's name, an item's position, or null for any item. */
export type PathKey = string | number | null;

/** Something that an expression reads. */
export type Read = {
  readonly path: readonly PathKey[];
  /** Whether the expression says what to do when there is nothing. */
  readonly isOptional: boolean;
} & Origin;

/** Where a path begins. */
export type Origin =
  | { readonly source: "steps"; readonly step: string }
  | { readonly source: "input" | "item" | "index" };

/** Something wrong with an expression whatever the data. */
export interface ExpressionFault {
  readonly code: PlanProblemCode;
  readonly message: string;
  /** A wrong name, and those that would have been right. */
  readonly wanted?: { readonly name: string; readonly names: readonly string[] };
}

/** What an expression reads, found without running it. */
export interface ExpressionReads {
  readonly reads: readonly Read[];
  readonly faults: readonly ExpressionFault[];
  /** Steps that a filter or function names as a member `steps` of its item, perhaps by mistake. */
  readonly shadowed: readonly string[];
}

/** What a node gives: the scope itself, its `steps`, a value that is picked by a path, or any value. */
type Shape =
  | { readonly kind: "scope" | "steps" | "value" }
  | { readonly kind: "picked"; readonly origin: Origin; readonly path: readonly PathKey[] }
  | { readonly kind: "member-steps"; readonly of: Shape };

/** Where a node stands. */
interface Context {
  readonly current: Shape;
  readonly variables: ReadonlyMap<string, Shape>;
  readonly isOptional: boolean;
  /** Whether `current` is the item of a filter or function, so that `steps` is not the plan's. */
  readonly isInside: boolean;
  readonly found: {
    readonly reads: Read[];
    readonly faults: ExpressionFault[];
    readonly shadowed: string[];
  };
}

const SCOPE: Shape = { kind: "scope" };
const VALUE: Shape = { kind: "value" };
const LITERALS: ReadonlySet<string> = /* @__PURE__ */ new Set(["true", "false", "null"]);
const FUNCTIONS: ReadonlySet<string> = /* @__PURE__ */ new Set(functionNames());

/** Follows an expression through its nodes and notes what it reads of the plan's scope. */
export function readsOf(root: ExpressionNode): ExpressionReads {
  const found: Context["found"] = { reads: [], faults: [], shadowed: [] };
  const variables: Context["variables"] = new Map();
  use([root], { current: SCOPE, variables, isOptional: false, isInside: false, found });
  const { reads } = found;
  return { ...found, reads: reads.filter((read, at) => !isCovered(read, at, reads)) };
}

/** The step that is read, if it is one. */
export function stepOf(origin: Origin): string | undefined {
  return origin.source === "steps" ? origin.step : undefined;
}

/** What a node gives. */
function follow(node: ExpressionNode, context: Context): Shape {
  switch (node.type) {
    case "Field":
      return field(node.name, context);
    case "Identity":
    case "Current":
      return context.current;
    case "Root":
      return SCOPE;
    case "Index":
      return itemAt(node.value, context.current);
    case "Variable":
      return context.variables.get(node.name) ?? VALUE;
    case "Subexpression":
    case "IndexExpression":
    case "Pipe":
      return follow(node.right, { ...context, current: baseOf(node, context), isInside: false });
    case "LetExpression":
      return follow(node.expression, withBindings(node, context));
    default:
      return calculate(node, context);
  }
}

/** What a node uses that makes a value of its own. */
function calculate(node: ExpressionNode, context: Context): Shape {
  switch (node.type) {
    case "Slice":
      return note(context.current, context);
    case "Projection":
      return use([node.right], inside(itemOf(node.left, context), context));
    case "FilterProjection":
      return use([node.condition, node.right], inside(itemOf(node.left, context), context));
    case "ValueProjection":
      use([node.left], context);
      return use([node.right], inside(VALUE, context));
    case "ExpressionReference":
      return use([node.child], inside(VALUE, context));
    case "Literal":
      return literal(node.value, context);
    case "Function":
      checkFunction(node.name, context);
  }
  return use(operandsOf(node), isForgiving(node) ? { ...context, isOptional: true } : context);
}

/** Follows nodes whose values are used whole. */
function use(nodes: readonly ExpressionNode[], context: Context): Shape {
  for (const node of nodes) note(follow(node, context), context);
  return VALUE;
}

/** Notes that a value is used whole. */
function note(shape: Shape, context: Context): Shape {
  const { reads, faults } = context.found;
  if (shape.kind === "scope" || shape.kind === "steps") {
    const message = "name the step, as in steps.<id>: the scope as a whole is no value";
    faults.push({ code: "steps-as-a-whole", message });
  } else if (shape.kind === "picked") {
    reads.push({ ...shape.origin, path: shape.path, isOptional: context.isOptional });
  } else if (shape.kind === "member-steps") note(shape.of, context);
  return VALUE;
}

function field(name: string, context: Context): Shape {
  const { current, isInside, found } = context;
  if (current.kind === "scope") return scopeMember(name, found.faults);
  if (current.kind === "steps") {
    return { kind: "picked", origin: { source: "steps", step: name }, path: [] };
  }
  if (current.kind === "member-steps") {
    found.shadowed.push(name);
    return field(name, { ...context, current: current.of, isInside: false });
  }
  const member = current.kind === "picked" ? extended(current, name) : VALUE;
  return isInside && name === "steps" ? { kind: "member-steps", of: member } : member;
}

function scopeMember(name: string, faults: ExpressionFault[]): Shape {
  if (name === "steps") return { kind: "steps" };
  if (name === "input" || name === "item" || name === "index") {
    return { kind: "picked", origin: { source: name }, path: [] };
  }
  const literalName = name.toLowerCase();
  if (LITERALS.has(literalName)) {
    const message = `"${name}" is read as a name; write \`${literalName}\`, in backticks, for the value`;
    faults.push({ code: "unknown-name", message });
    return VALUE;
  }
  const message = `there is no "${name}" here; there are steps.<id>, input and, in a forEach, item and index`;
  faults.push({ code: "unknown-name", message, wanted: { name, names: SCOPE_NAMES } });
  return VALUE;
}

function itemAt(index: number, current: Shape): Shape {
  return current.kind === "picked" ? extended(current, index) : current;
}

function extended(picked: Extract<Shape, { kind: "picked" }>, key: PathKey): Shape {
  return { ...picked, path: [...picked.path, key] };
}

/** What the right side of a path or pipe begins from. */
function baseOf({ left, right }: PairNode, context: Context): Shape {
  const base = follow(left, context);
  if (base.kind === "picked" && !isPath(right)) note(base, context);
  return base;
}

/** The item of a projection over what `left` gives. */
function itemOf(left: ExpressionNode, context: Context): Shape {
  const base = follow(left, context);
  note(base, context);
  return base.kind === "picked" ? extended(base, null) : VALUE;
}

/** The context of what runs over each item of a value. */
function inside(item: Shape, context: Context): Context {
  return { ...context, current: item, isInside: true };
}

function withBindings({ bindings }: LetNode, context: Context): Context {
  const variables = new Map(context.variables);
  for (const { variable, reference } of bindings) {
    variables.set(variable, follow(reference, context));
  }
  return { ...context, variables };
}

function checkFunction(name: string, { found }: Context): void {
  if (FUNCTIONS.has(name)) return;
  const wanted = { name, names: [...FUNCTIONS] };
  const message = `there is no function ${name}()`;
  found.faults.push({ code: "invalid-expression", message, wanted });
}

function literal(value: unknown, { found }: Context): Shape {
  const rounded = roundedNumber(value);
  if (rounded !== undefined) {
    const message = `the literal ${rounded} is beyond 2^53 and would be rounded`;
    found.faults.push({ code: "invalid-expression", message });
  }
  return VALUE;
}

type PairNode = { readonly left: ExpressionNode; readonly right: ExpressionNode };
type LetNode = Extract<ExpressionNode, { type: "LetExpression" }>;

/** Whether `read` is told by another one of them, which says as much or more. */
function isCovered(read: Read, position: number, reads: readonly Read[]): boolean {
  return reads.some((other, at) => {
    const isMore = other.path.length > read.path.length || (read.isOptional && !other.isOptional);
    return (
      at !== position &&
      (isMore || at < position) &&
      other.source === read.source &&
      stepOf(other) === stepOf(read) &&
      (read.isOptional || !other.isOptional) &&
      read.path.every((key, depth) => key === other.path[depth])
    );
  });
}
