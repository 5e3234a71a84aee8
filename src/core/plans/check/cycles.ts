import { components } from "./components.ts";
import type { PlanDraft, StepDraft } from "./draft.ts";

/** Steps named of one cycle. */
const MAX_SHOWN = 30;

/**
 * Who waits for whom. Node p is the end of the step at position p, node `steps.length` + p its
 * beginning: a fallback step begins after the step that it stands in for, and ends before that does.
 */
function waitsOf(steps: readonly StepDraft[]): number[][] {
  const ends = steps.map(({ position }) => [steps.length + position]);
  const begins = steps.map(({ dependencies }) => [...dependencies.keys()]);
  for (const { position, fallbackFor } of steps) {
    if (fallbackFor === undefined) continue;
    ends[fallbackFor]!.push(position);
    begins[position]!.push(steps.length + fallbackFor);
  }
  return [...ends, ...begins];
}

/**
 * An order in which every step stands behind all that it waits for, and a fallback step behind the
 * one that it stands in for; `undefined` when steps wait for each other, which becomes a problem with
 * the shortest cycle written out.
 */
export function orderSteps({ steps, problems }: PlanDraft): readonly number[] | undefined {
  const waits = waitsOf(steps);
  const groups = components(waits);
  for (const group of groups) {
    if (group.length === 1) continue;
    const cycle = withoutRepeats(
      shortestCycle(group, waits).map((node) => steps[node % steps.length]!),
    );
    const ids = cycle.slice(0, MAX_SHOWN).map((step) => `${step.text.id}${roleIn(cycle, step)}`);
    const shown = cycle.length > MAX_SHOWN ? [...ids, "…"] : ids;
    const message = `steps wait for each other, each for the next: ${shown.join(" → ")}`;
    problems.error("cycle", cycle[0]!.text.place, message);
  }
  if (groups.length < waits.length) return undefined;
  const begins = groups.flat().filter((node) => node >= steps.length);
  return begins.map((node) => node - steps.length);
}

/** Says of a fallback step for whom it stands in, if it waits for that one or the reverse. */
function roleIn(cycle: readonly StepDraft[], { fallbackFor }: StepDraft): string {
  const other = cycle.find(({ position }) => position === fallbackFor);
  return other === undefined ? "" : ` (fallback of ${other.text.id})`;
}

/** A step's end and beginning stand beside each other. */
function withoutRepeats(steps: readonly StepDraft[]): StepDraft[] {
  return steps.filter((step, at) => step !== steps[at - 1]);
}

/** From the group's first node back to it, along as few edges as can be. */
function shortestCycle(group: readonly number[], waits: readonly (readonly number[])[]): number[] {
  const start = group.reduce((first, node) => Math.min(first, node));
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
