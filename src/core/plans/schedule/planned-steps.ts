import type { Compilation } from "../compiled-plan.ts";
import type { PlanCheck } from "../plans.ts";
import { estimateMs } from "./estimate.ts";
import { remainingMs, topologicalOrder, waitsFor } from "./graph.ts";
import type { LatencyModel } from "./latency-model.ts";
import type { ReadyQueueOptions } from "./ready-queue.ts";

export interface PlannedStepsDeps {
  readonly latencies: Pick<LatencyModel, "expected">;
}

/** Stands for a tool of which nothing may be told: nothing has been seen of it. */
const UNKNOWN_TOOL = "";

/** What the check tells of the order and time of a plan's steps. */
export type PlannedSchedule = Pick<PlanCheck, "steps" | "criticalPath" | "estimateMs">;

/**
 * Stages, the chain that is expected to last longest, and the expected time of the whole plan, with
 * its limits on concurrency. Steps that only stand in for failed ones count as lasting no time; a
 * `forEach` counts as one item, since it is not known how many there will be.
 */
export function planSchedule(
  { outline, plan }: Compilation,
  limits: ReadyQueueOptions,
  deps: PlannedStepsDeps,
): PlannedSchedule {
  const waits = outline.map(({ dependencies }, position) => {
    const step = plan?.steps[position];
    return step === undefined ? dependencies : waitsFor(step);
  });
  const lastsMs = outline.map(({ tool, server }) => {
    const { meanMs } = deps.latencies.expected(server === undefined ? UNKNOWN_TOOL : tool);
    return meanMs;
  });
  const isFallback = (position: number): boolean =>
    plan?.steps[position]?.fallbackFor !== undefined;
  const spentMs = lastsMs.map((ms, position) => (isFallback(position) ? 0 : ms));
  const remaining = remainingMs(waits, (position) => spentMs[position]!);
  const lanes = outline.map(({ tool, server }) => server ?? tool);
  const work = { waits, lastsMs: spentMs, remainingMs: remaining, lanes };
  const stages = stagesOf(waits);
  return {
    steps: outline.map((step, position) => ({
      id: step.id,
      tool: step.tool,
      dependsOn: waits[position]!.map((other) => outline[other]!.id),
      stage: stages[position]!,
      estimateMs: roundMs(lastsMs[position]!),
      mayWrite: step.mayWrite,
    })),
    criticalPath: longestChain(waits, remaining).map((position) => outline[position]!.id),
    estimateMs: roundMs(estimateMs(work, limits)),
  };
}

function stagesOf(waits: readonly (readonly number[])[]): number[] {
  const stages = waits.map(() => 0);
  for (const position of topologicalOrder(waits)) {
    for (const other of waits[position]!) {
      stages[position] = Math.max(stages[position]!, stages[other]! + 1);
    }
  }
  return stages;
}

/** From the step with the longest way to go, always on to the one of its followers that has it. */
function longestChain(
  waits: readonly (readonly number[])[],
  remaining: readonly number[],
): readonly number[] {
  const next: (number | undefined)[] = waits.map(() => undefined);
  let first: number | undefined;
  const longerOf = (one: number | undefined, other: number): number | undefined => {
    if (remaining[other] === 0) return one;
    return one === undefined || remaining[other]! > remaining[one]! ? other : one;
  };
  for (const [position, others] of waits.entries()) {
    first = longerOf(first, position);
    for (const other of others) next[other] = longerOf(next[other], position);
  }
  const chain: number[] = [];
  for (let at = first; at !== undefined; at = next[at]) chain.push(at);
  return chain;
}

function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}
