import { components } from "./components.ts";
import type { PlanDraft, StepDraft } from "./draft.ts";

/** Steps named of one cycle. */
const MAX_SHOWN = 30;

/** What a step's end waits for: its dependencies, and the step that stands in for it. */
export function waitsOf(steps: readonly StepDraft[]): number[][] {
  const waits = steps.map((step) => [...step.dependencies.keys()]);
  for (const { position, fallbackFor } of steps) {
    if (fallbackFor !== undefined) waits[fallbackFor]!.push(position);
  }
  return waits;
}

/**
 * An order in which every step stands behind all that it waits for; `undefined` when steps wait for
 * each other, which becomes a problem with the shortest cycle written out.
 */
export function orderSteps({ steps, problems }: PlanDraft): readonly number[] | undefined {
  const waits = waitsOf(steps);
  const groups = components(waits);
  for (const group of groups) {
    if (group.length === 1) continue;
    const { text } = steps[Math.min(...group)]!;
    const cycle = shortestCycle(group, waits).map((position) => steps[position]!.text.id);
    const shown = cycle.length > MAX_SHOWN ? [...cycle.slice(0, MAX_SHOWN), "…"] : cycle;
    const message = `steps wait for each other, each for the next: ${shown.join(" → ")}`;
    problems.error("cycle", text.place, message);
  }
  return groups.length === steps.length ? groups.flat() : undefined;
}

/** From the group's first step back to it, along as few edges as can be. */
function shortestCycle(group: readonly number[], waits: readonly (readonly number[])[]): number[] {
  const start = group.reduce((first, position) => Math.min(first, position));
  const members = new Set(group);
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const position of queue) {
    for (const target of waits[position]!) {
      if (target === start) return [...wayTo(position, cameFrom), start];
      if (!members.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, position);
      queue.push(target);
    }
  }
  return [start];
}

function wayTo(end: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const way = [end];
  for (let at = cameFrom.get(end); at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}
