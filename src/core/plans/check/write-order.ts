import { components } from "./components.ts";
import { waitsOf } from "./cycles.ts";
import { addDependency, type StepDraft } from "./draft.ts";

/**
 * Keeps steps that may write to one server in the order in which they are written, each waiting for
 * the one before it. Where that would make steps wait for each other, the order of the data counts.
 * `dataOrder` has every step behind what it waits for. Cost: steps + dependencies.
 */
export function keepWriteOrder(steps: readonly StepDraft[], dataOrder: readonly number[]): void {
  const chains = writersByServer(steps);
  const waits = waitsOf(steps);
  for (const chain of chains) {
    chain.forEach((position, at) => {
      if (at > 0) waits[position]!.push(chain[at - 1]!);
    });
  }
  const rank = ranks(components(waits), dataOrder);
  for (const chain of chains) {
    const order = chain.toSorted((a, b) => rank[a]! - rank[b]!);
    order.forEach((position, at) => {
      if (at > 0) addDependency(steps[position]!, order[at - 1]!, "write");
    });
  }
}

/** Places in an order that follows the groups, and inside each group, whose steps contradict each other, the data. */
function ranks(groups: readonly (readonly number[])[], dataOrder: readonly number[]): Int32Array {
  const byData = new Int32Array(dataOrder.length);
  dataOrder.forEach((position, at) => {
    byData[position] = at;
  });
  const rank = new Int32Array(dataOrder.length);
  groups
    .flatMap((group) => group.toSorted((a, b) => byData[a]! - byData[b]!))
    .forEach((position, at) => {
      rank[position] = at;
    });
  return rank;
}

/** For each server the steps that may write to it, as written. */
function writersByServer(steps: readonly StepDraft[]): number[][] {
  const chains = new Map<string, number[]>();
  for (const step of steps) {
    if (step.tool === undefined || step.tool.readOnly || isCovered(step, steps)) continue;
    const { server } = step.tool;
    const chain = chains.get(server) ?? [];
    chain.push(step.position);
    chains.set(server, chain);
  }
  return [...chains.values()];
}

/** Whether it runs as part of another step that may write to the same server: in that one's place. */
function isCovered({ tool, fallbackFor }: StepDraft, steps: readonly StepDraft[]): boolean {
  for (let at = fallbackFor; at !== undefined; at = steps[at]!.fallbackFor) {
    const other = steps[at]!.tool;
    if (other?.server === tool?.server && other?.readOnly === false) return true;
  }
  return false;
}
