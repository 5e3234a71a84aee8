import { createHeap, type Heap } from "./heap.ts";
import type { SharedSlots, SlotClaimant } from "./shared-slots.ts";

/** A piece of work that could begin. */
export interface Task {
  /** Tasks of one lane share its limit: the server. */
  readonly lane: string;
  /** Whether it takes a slot of the gateway; one that only waits for others' work does not. */
  readonly takesSlot: boolean;
  /** The larger the sooner: how long the plan lasts from here on, at best. */
  readonly priority: number;
  /** Decides between equal priorities: the smaller first. */
  readonly position: number;
  run(): void;
}

export interface ReadyQueueOptions {
  /** Tasks under way at once, ≥ 1. */
  readonly concurrency: number;
  /** Tasks of one lane under way at once, ≥ 1. */
  readonly laneConcurrency: number;
}

/** The tasks of one plan that could begin, and the limits that they wait for. */
export interface ReadyQueue {
  /** Tasks taken and not released. */
  readonly running: number;
  add(task: Task): void;
  /** Takes the most urgent task that may begin now, with its places. */
  take(): Task | undefined;
  /** Gives the places of a task back. */
  release(task: Task): void;
  /** Forgets all that wait. */
  clear(): void;
}

const isMoreUrgent = (a: Task, b: Task): boolean =>
  a.priority > b.priority || (a.priority === b.priority && a.position < b.position);

/**
 * Makes a ready queue. A task whose lane is full is put aside until the lane has a place, so that it
 * holds nobody back: each is put aside about as often as it is released, and costs O(log n).
 */
export function createReadyQueue(
  options: ReadyQueueOptions,
  deps: { readonly slots: SharedSlots; readonly claimant: SlotClaimant },
): ReadyQueue {
  const { slots, claimant } = deps;
  const withSlot = createHeap(isMoreUrgent);
  const without = createHeap(isMoreUrgent);
  const lanes = createLanes(options.laneConcurrency);
  let running = 0;

  const heapOf = (task: Task): Heap<Task> => (task.takesSlot ? withSlot : without);

  /** The first task of a heap whose lane has a place; those before it are put aside. */
  function firstWithPlace(heap: Heap<Task>): Task | undefined {
    for (let task = heap.peek(); task !== undefined; task = heap.peek()) {
      const lane = lanes.of(task);
      if (lane.free > 0) return task;
      lane.parked.push(task);
      heap.pop();
    }
    return undefined;
  }

  function next(): Task | undefined {
    const free = firstWithPlace(without);
    const slotted = firstWithPlace(withSlot);
    if (slotted === undefined || (free !== undefined && isMoreUrgent(free, slotted))) return free;
    return slots.tryTake(claimant) ? slotted : free;
  }

  return {
    get running() {
      return running;
    },
    add: (task) => heapOf(task).push(task),
    take() {
      if (running >= options.concurrency) return undefined;
      const task = next();
      if (task === undefined) return undefined;
      heapOf(task).pop();
      lanes.of(task).free -= 1;
      running += 1;
      return task;
    },
    release(task) {
      running -= 1;
      const lane = lanes.of(task);
      lane.free += 1;
      const parked = lane.parked.pop();
      if (parked !== undefined) heapOf(parked).push(parked);
      if (task.takesSlot) slots.release();
    },
    clear() {
      withSlot.clear();
      without.clear();
      lanes.clear();
      slots.leave(claimant);
    },
  };
}

interface Lane {
  free: number;
  /** Those for which there was no place; none while there is. */
  readonly parked: Heap<Task>;
}

function createLanes(places: number) {
  const lanes = new Map<string, Lane>();
  return {
    of({ lane: name }: Task): Lane {
      let lane = lanes.get(name);
      if (lane === undefined) {
        lane = { free: places, parked: createHeap(isMoreUrgent) };
        lanes.set(name, lane);
      }
      return lane;
    },
    clear(): void {
      for (const lane of lanes.values()) lane.parked.clear();
    },
  };
}
