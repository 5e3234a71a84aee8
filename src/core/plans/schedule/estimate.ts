import { createHeap } from "./heap.ts";
import { reverse } from "./graph.ts";
import { createReadyQueue, type ReadyQueueOptions, type Task } from "./ready-queue.ts";
import { createSharedSlots } from "./shared-slots.ts";

/** Steps as far as a schedule is concerned; all lists by position. */
export interface Workload {
  /** Whom each waits for. */
  readonly waits: readonly (readonly number[])[];
  readonly lastsMs: readonly number[];
  /** Lasting of the longest chain that begins with each. */
  readonly remainingMs: readonly number[];
  readonly lanes: readonly string[];
}

/**
 * How long a plan takes whose steps last as expected, in milliseconds: the schedule is played through
 * with the limits on concurrency, by the queue that plans are run with. Cost: O(n log n).
 */
export function estimateMs(work: Workload, limits: ReadyQueueOptions): number {
  const slots = createSharedSlots(Infinity);
  const queue = createReadyQueue(limits, { slots, claimant: { onSlot: () => undefined } });
  const followers = reverse(work.waits);
  const missing = work.waits.map((others) => others.length);
  const underWay = createHeap<{ endsAt: number; task: Task }>((a, b) => a.endsAt < b.endsAt);
  let now = 0;

  const add = (position: number): void =>
    queue.add({
      lane: work.lanes[position]!,
      takesSlot: false,
      priority: work.remainingMs[position]!,
      position,
      run: () => undefined,
    });
  const begin = (): void => {
    for (let task = queue.take(); task !== undefined; task = queue.take()) {
      underWay.push({ endsAt: now + work.lastsMs[task.position]!, task });
    }
  };
  const end = (task: Task): void => {
    queue.release(task);
    for (const follower of followers[task.position]!) {
      missing[follower]! -= 1;
      if (missing[follower] === 0) add(follower);
    }
  };

  for (const [position, count] of missing.entries()) if (count === 0) add(position);
  begin();
  for (let first = underWay.pop(); first !== undefined; first = underWay.pop()) {
    now = first.endsAt;
    end(first.task);
    begin();
  }
  return now;
}
