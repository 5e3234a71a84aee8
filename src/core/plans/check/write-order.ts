import { components } from "./components.ts";
import { addDependency, type StepDraft } from "./draft.ts";

/**
 * Keeps steps that may write to one server in the order in which they are written, each waiting for
 * the one before it. Where that would make steps wait for each other, the order of the data counts.
 * `order` has fallback steps behind whom they stand in for. Cost: steps + dependencies.
 */
export function keepWriteOrder(steps: readonly StepDraft[], order: readonly number[]): void {
  const chains = writersByServer(steps);
  const heads = headsOf(steps, order);
  const waits = waitsOfHeads(steps, heads);
  const dataOrder = components(waits).flat();
  for (const chain of chains) {
    chain.forEach((position, at) => {
      if (at > 0) waits[heads[position]!]!.push(heads[chain[at - 1]!]!);
    });
  }
  const rank = ranks(components(waits), dataOrder);
  for (const chain of chains) {
    const kept = chain.toSorted((a, b) => rank[heads[a]!]! - rank[heads[b]!]!);
    kept.forEach((position, at) => {
      if (at > 0) addDependency(steps[position]!, kept[at - 1]!, "write");
    });
  }
}

/** For each step the one whose place it runs in, in the end: itself, unless it is a fallback step. */
function headsOf(steps: readonly StepDraft[], order: readonly number[]): Int32Array {
  const heads = new Int32Array(steps.length);
  for (const position of order) {
    const { fallbackFor } = steps[position]!;
    heads[position] = fallbackFor === undefined ? position : heads[fallbackFor]!;
  }
  return heads;
}

/**
 * Who waits for whom, steps and what stands in for them taken as one: who waits for a part of it
 * waits for a part of what each part waits for, so this has a cycle only if the steps have.
 */
function waitsOfHeads(steps: readonly StepDraft[], heads: Int32Array): number[][] {
  const waits: number[][] = steps.map(() => []);
  for (const { position, dependencies } of steps) {
    for (const other of dependencies.keys()) waits[heads[position]!]!.push(heads[other]!);
  }
  return waits;
}

/** Places in an order that follows the groups, and inside each group, whose steps contradict each other, the data. */
function ranks(groups: readonly (readonly number[])[], dataOrder: readonly number[]): Int32Array {
  const byData = placesIn(dataOrder);
  return placesIn(groups.flatMap((group) => group.toSorted((a, b) => byData[a]! - byData[b]!)));
}

function placesIn(order: readonly number[]): Int32Array {
  const places = new Int32Array(order.length);
  order.forEach((position, at) => {
    places[position] = at;
  });
  return places;
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
