import type { CompiledPlan } from "../compiled-plan.ts";
import { remainingMs, waitsFor } from "./graph.ts";
import type { LatencyModel } from "./latency-model.ts";

/** How urgent a step is that has this many calls to make: the larger the sooner. */
export type PriorityOf = (step: { readonly position: number }, calls: number) => number;

/**
 * The urgency of a plan's steps: how long the plan lasts from each one's beginning on, in
 * milliseconds, with calls that take what 19 of 20 take at most. Not the mean, since the chain that
 * ends the plan is the one where something was slow. A fallback step is as urgent as the one that
 * it stands in for.
 */
export function createPriorities(
  { steps, concurrency }: CompiledPlan,
  latencies: Pick<LatencyModel, "expected">,
): PriorityOf {
  const lastsMs = steps.map(({ tool }) => latencies.expected(tool).p95Ms);
  const remaining = remainingMs(
    steps.map((step) => waitsFor(step)),
    (position) => (steps[position]!.fallbackFor === undefined ? lastsMs[position]! : 0),
  );
  return ({ position }, calls) => {
    const { forEach, fallbackFor } = steps[position]!;
    const atOnce = Math.min(concurrency, forEach?.concurrency ?? concurrency);
    const moreRounds = Math.max(0, Math.ceil(calls / atOnce) - 1);
    return remaining[fallbackFor ?? position]! + moreRounds * lastsMs[position]!;
  };
}
