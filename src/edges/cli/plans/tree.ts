import type { PlannedStep } from "./answers.ts";

/** A line of a plan's tree: a step, or how many are left out there. */
export interface TreeRow {
  readonly step?: PlannedStep;
  /** Steps that this line stands for instead. */
  readonly hidden: number;
  /** The tree's branches before the step. */
  readonly branches: string;
  readonly isCritical: boolean;
  /** What it waits for besides the step that it stands below. */
  readonly alsoAfter: readonly string[];
}

const MAX_ROWS = 100;
/** Steps below one, where not all can be shown. */
const MAX_CHILDREN = 8;
const MAX_LEVELS = 10;

interface Node {
  readonly step: PlannedStep;
  readonly alsoAfter: readonly string[];
  readonly children: Node[];
}

/** A node to be drawn, or nodes to be left out; `open` says of each level above whether it goes on below. */
interface Task {
  readonly node?: Node;
  readonly hidden: readonly Node[];
  readonly open: readonly boolean[];
}

/**
 * Lays a plan's graph out as a tree, in written order: a step stands below the one that it waits for
 * longest. Large plans are shown in part, the critical steps first.
 */
export function layOutTree(
  steps: readonly PlannedStep[],
  critical: ReadonlySet<string>,
): readonly TreeRow[] {
  const choose = (nodes: readonly Node[]): readonly Node[] =>
    steps.length <= MAX_ROWS ? nodes : preferred(nodes, critical);
  const rows: TreeRow[] = [];
  const roots = tasksFor(plantTree(steps, critical), choose);
  const tasks = roots.map((task) => ({ ...task, open: [] as readonly boolean[] })).toReversed();
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if (rows.length >= MAX_ROWS) {
      rows.push({ ...REST, hidden: countAll([task, ...tasks]) });
      break;
    }
    rows.push(toRow(task, critical));
    tasks.push(...tasksFor(task.node?.children ?? [], choose, task.open).toReversed());
  }
  return rows;
}

function tasksFor(
  nodes: readonly Node[],
  choose: (nodes: readonly Node[]) => readonly Node[],
  above: readonly boolean[] = [],
): Task[] {
  const kept = new Set(choose(nodes));
  const left = nodes.filter((node) => !kept.has(node));
  const items = [...[...kept].map((node) => ({ node, hidden: [] })), { hidden: left }];
  return items
    .filter((item) => "node" in item || item.hidden.length > 0)
    .map((item, index, shown) => ({ ...item, open: [...above, index < shown.length - 1] }));
}

const REST: TreeRow = { hidden: 0, branches: "", isCritical: false, alsoAfter: [] };

function toRow({ node, hidden, open }: Task, critical: ReadonlySet<string>): TreeRow {
  const branches = drawBranches(open);
  if (node === undefined) return { ...REST, hidden: countNodes(hidden), branches };
  const { step, alsoAfter } = node;
  return { step, hidden: 0, branches, isCritical: critical.has(step.id), alsoAfter };
}

function drawBranches(open: readonly boolean[]): string {
  if (open.length === 0) return "";
  const above = open.slice(0, -1);
  const drawn = above.slice(-MAX_LEVELS).map((goesOn) => (goesOn ? "│ " : "  "));
  const cut = above.length > MAX_LEVELS ? "⋯ " : "";
  return `${cut}${drawn.join("")}${open.at(-1) === true ? "├ " : "└ "}`;
}

/** The roots of the tree. */
function plantTree(steps: readonly PlannedStep[], critical: ReadonlySet<string>): Node[] {
  const nodes = new Map<string, Node>();
  const known = new Map(steps.map((step) => [step.id, step]));
  const parents = new Map<Node, string | undefined>();
  for (const step of steps) {
    const parent = longestWaitedFor(step, known, critical);
    const alsoAfter = step.dependsOn.filter((id) => id !== parent);
    const node: Node = { step, alsoAfter, children: [] };
    nodes.set(step.id, node);
    parents.set(node, parent);
  }
  const roots: Node[] = [];
  for (const [node, parent] of parents) {
    const above = parent === undefined ? undefined : nodes.get(parent);
    (above?.children ?? roots).push(node);
  }
  return roots;
}

function longestWaitedFor(
  { id, dependsOn }: PlannedStep,
  known: ReadonlyMap<string, PlannedStep>,
  critical: ReadonlySet<string>,
): string | undefined {
  const rank = (other: string): number =>
    (known.get(other)?.stage ?? -1) + (critical.has(id) && critical.has(other) ? 0.5 : 0);
  return dependsOn.reduce<string | undefined>(
    (best, other) => (best === undefined || rank(other) > rank(best) ? other : best),
    undefined,
  );
}

/** The first few, and among them every critical one. */
function preferred(children: readonly Node[], critical: ReadonlySet<string>): readonly Node[] {
  if (children.length <= MAX_CHILDREN) return children;
  const first = children.filter(({ step }) => critical.has(step.id)).slice(0, MAX_CHILDREN);
  const others = children.filter((child) => !first.includes(child));
  const kept = new Set([...first, ...others.slice(0, MAX_CHILDREN - first.length)]);
  return children.filter((child) => kept.has(child));
}

function countAll(tasks: readonly Task[]): number {
  return tasks.reduce(
    (sum, { node, hidden }) => sum + countNodes(node === undefined ? hidden : [node]),
    0,
  );
}

/** Steps in the trees below and including the nodes. */
function countNodes(nodes: readonly Node[]): number {
  let count = 0;
  const left = [...nodes];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    count += 1;
    for (const child of node.children) left.push(child);
  }
  return count;
}
