/**
 * Groups the nodes of a graph that reach each other (its strongly connected components), each group
 * after all those that its edges lead to. Nodes are looked at in their order, so that where nothing
 * forbids it a group comes before the groups of later nodes.
 *
 * Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972; without
 * recursion. Cost: nodes + edges.
 */
export function components(edges: readonly (readonly number[])[]): number[][] {
  const found: number[][] = [];
  const order = new Int32Array(edges.length).fill(-1);
  const lowest = new Int32Array(edges.length);
  const next = new Int32Array(edges.length);
  const isOpen = new Uint8Array(edges.length);
  const open: number[] = [];
  const path: number[] = [];
  let count = 0;

  function enter(node: number): void {
    order[node] = count;
    lowest[node] = count;
    count += 1;
    isOpen[node] = 1;
    open.push(node);
    path.push(node);
  }

  /** Follows one more edge of the node, or leaves it when there is none. */
  function advance(node: number): void {
    const target = edges[node]![next[node]!++];
    if (target === undefined) leave(node);
    else if (order[target] === -1) enter(target);
    else if (isOpen[target] === 1) lowest[node] = Math.min(lowest[node]!, order[target]!);
  }

  function leave(node: number): void {
    path.pop();
    const parent = path.at(-1);
    if (parent !== undefined) lowest[parent] = Math.min(lowest[parent]!, lowest[node]!);
    if (lowest[node] !== order[node]) return;
    const group = open.splice(open.lastIndexOf(node));
    for (const member of group) isOpen[member] = 0;
    found.push(group);
  }

  for (let root = 0; root < edges.length; root++) {
    if (order[root] !== -1) continue;
    enter(root);
    while (path.length > 0) advance(path.at(-1)!);
  }
  return found;
}
