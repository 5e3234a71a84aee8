import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateMs } from "./estimate.ts";
import { remainingMs, topologicalOrder } from "./graph.ts";
import { createHeap } from "./heap.ts";
import { createReadyQueue, type Task } from "./ready-queue.ts";
import { createSharedSlots } from "./shared-slots.ts";

const task = (more: Partial<Task> = {}): Task => ({
  lane: "s",
  takesSlot: true,
  priority: 0,
  position: 0,
  run: () => undefined,
  ...more,
});
const nobody = { onSlot: () => undefined };
const queueWith = (concurrency: number, laneConcurrency: number, slots = createSharedSlots(100)) =>
  createReadyQueue({ concurrency, laneConcurrency }, { slots, claimant: nobody });

describe("a heap", () => {
  it("gives back what was put in, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        const heap = createHeap<number>((a, b) => a < b);
        for (const item of items) heap.push(item);
        const taken = items.map(() => heap.pop());
        expect(taken).toEqual(items.toSorted((a, b) => a - b));
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});

describe("a ready queue", () => {
  it("gives the most urgent first, and of equals the one written first", () => {
    const queue = queueWith(10, 10);
    for (const [position, priority] of [5, 9, 5, 7].entries()) {
      queue.add(task({ position, priority }));
    }
    expect([0, 1, 2, 3].map(() => queue.take()?.position)).toEqual([1, 3, 0, 2]);
  });

  it("does not let a full server hold back others", () => {
    const queue = queueWith(10, 1);
    queue.add(task({ lane: "busy", priority: 9, position: 0 }));
    queue.add(task({ lane: "busy", priority: 8, position: 1 }));
    queue.add(task({ lane: "free", priority: 1, position: 2 }));
    const first = queue.take()!;
    expect([first.position, queue.take()?.position, queue.take()]).toEqual([0, 2, undefined]);
    queue.release(first);
    expect(queue.take()?.position).toBe(1);
  });

  it("lets what takes no slot go on when the gateway has none", () => {
    const slots = createSharedSlots(1);
    const queue = queueWith(10, 10, slots);
    queue.add(task({ priority: 9, position: 0 }));
    queue.add(task({ priority: 8, position: 1 }));
    queue.add(task({ priority: 1, position: 2, takesSlot: false }));
    expect([queue.take()?.position, queue.take()?.position, queue.take()]).toEqual([
      0,
      2,
      undefined,
    ]);
    queue.clear();
    expect(slots.waiting).toBe(0);
  });

  it("never loses a task nor goes beyond a limit, whatever comes and goes", () => {
    const lanes = ["a", "b", "c"];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...lanes), fc.nat(5), fc.boolean()), { maxLength: 60 }),
        fc.infiniteStream(fc.boolean()),
        (arrivals, coins) => {
          const slots = createSharedSlots(3);
          const queue = queueWith(4, 2, slots);
          const running: Task[] = [];
          const started = new Set<number>();
          const takeAll = (): void => {
            for (let next = queue.take(); next; next = queue.take()) {
              expect(started.has(next.position)).toBe(false);
              started.add(next.position);
              running.push(next);
              expect(running.length).toBeLessThanOrEqual(4);
              expect(running.filter(({ takesSlot }) => takesSlot).length).toBeLessThanOrEqual(3);
              for (const lane of lanes) {
                expect(running.filter((each) => each.lane === lane).length).toBeLessThanOrEqual(2);
              }
            }
          };
          for (const [position, [lane, priority, takesSlot]] of arrivals.entries()) {
            queue.add(task({ lane, priority, takesSlot, position }));
            if (coins.next().value === true) takeAll();
            if (coins.next().value === true && running.length > 0) queue.release(running.shift()!);
          }
          takeAll();
          while (running.length > 0) {
            queue.release(running.shift()!);
            takeAll();
          }
          expect(started.size).toBe(arrivals.length);
        },
      ),
    );
  });
});

describe("slots shared by plans", () => {
  it("come to each in turn, however many another wants", () => {
    const slots = createSharedSlots(2);
    const got: string[] = [];
    const claim = (name: string, wants: number) => {
      let left = wants;
      const claimant = {
        onSlot() {
          while (left > 0 && slots.tryTake(claimant)) {
            left -= 1;
            got.push(name);
          }
        },
      };
      claimant.onSlot();
    };
    claim("many", 6);
    claim("few", 2);
    while (got.length < 8) slots.release();
    expect(got).toEqual(["many", "many", "many", "few", "many", "few", "many", "many"]);
    slots.release();
    slots.release();
    expect(slots).toMatchObject({ free: 2, waiting: 0 });
  });

  it("pass over who has no use for them any more", () => {
    const slots = createSharedSlots(1);
    const gone = { onSlot: () => undefined };
    let got = false;
    const next = { onSlot: () => void (got = slots.tryTake(next)) };
    expect(slots.tryTake(gone)).toBe(true);
    slots.tryTake(gone);
    slots.tryTake(next);
    slots.release();
    expect(got).toBe(true);
  });
});

describe("the graph of a plan", () => {
  it("tells how long it lasts from each step on", () => {
    const waits = [[], [0], [0], [1, 2]];
    expect(remainingMs(waits, (position) => [1, 10, 100, 1_000][position]!)).toEqual([
      1_101, 1_010, 1_100, 1_000,
    ]);
    expect(topologicalOrder([[1], [2], []])).toEqual([2, 1, 0]);
  });
});

describe("the estimate of a plan's time", () => {
  const ten = (count: number, lane: (at: number) => string = () => "s") => {
    const waits = Array.from({ length: count }, () => []);
    return {
      waits,
      lastsMs: waits.map(() => 10),
      remainingMs: waits.map(() => 10),
      lanes: waits.map((_, at) => lane(at)),
    };
  };

  it("plays the schedule through with its limits", () => {
    expect(estimateMs(ten(8), { concurrency: 8, laneConcurrency: 8 })).toBe(10);
    expect(estimateMs(ten(8), { concurrency: 4, laneConcurrency: 8 })).toBe(20);
    expect(estimateMs(ten(8), { concurrency: 8, laneConcurrency: 2 })).toBe(40);
    const twoServers = ten(8, (at) => `s${at % 2}`);
    expect(estimateMs(twoServers, { concurrency: 8, laneConcurrency: 2 })).toBe(20);
    expect(estimateMs(ten(0), { concurrency: 1, laneConcurrency: 1 })).toBe(0);
  });

  it("adds up along chains", () => {
    const chain = { ...ten(3), waits: [[], [0], [1]], remainingMs: [30, 20, 10] };
    expect(estimateMs(chain, { concurrency: 8, laneConcurrency: 8 })).toBe(30);
  });
});
