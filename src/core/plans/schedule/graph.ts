import type { CompiledStep } from "../compiled-plan.ts";

/** Whom a step waits for, by position; a fallback step also for the step that it stands in for. */
export function waitsFor(step: Pick<CompiledStep, "dependencies" | "fallbackFor">): number[] {
  const others = step.dependencies.map((dependency) => dependency.step);
  if (step.fallbackFor === undefined || others.includes(step.fallbackFor)) return others;
  return [...others, step.fallbackFor];
}

/** Puts positions into an order in which each stands behind all it waits for; those on a cycle are left out. */
export function topologicalOrder(waits: readonly (readonly number[])[]): number[] {
  const followers = reverse(waits);
  const missing = waits.map((others) => others.length);
  const order = missing.flatMap((count, position) => (count === 0 ? [position] : []));
  for (let at = 0; at < order.length; at++) {
    for (const follower of followers[order[at]!]!) {
      missing[follower]! -= 1;
      if (missing[follower] === 0) order.push(follower);
    }
  }
  return order;
}

/** Who waits for each. */
export function reverse(waits: readonly (readonly number[])[]): number[][] {
  const followers: number[][] = waits.map(() => []);
  for (const [position, others] of waits.entries()) {
    for (const other of others) followers[other]!.push(position);
  }
  return followers;
}

/**
 * How long a plan lasts from the beginning of each step on, at best, in milliseconds: the longest
 * chain of steps that begins with it. `lastsMs` says how long a step itself lasts.
 */
export function remainingMs(
  waits: readonly (readonly number[])[],
  lastsMs: (position: number) => number,
): number[] {
  const remaining = waits.map(() => 0);
  for (const position of topologicalOrder(waits).toReversed()) {
    remaining[position]! += lastsMs(position);
    for (const other of waits[position]!) {
      remaining[other] = Math.max(remaining[other]!, remaining[position]!);
    }
  }
  return remaining;
}
