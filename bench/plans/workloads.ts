import { createSeededRandom, type Random } from "../../src/kernel/random.ts";

/** A step of a plan that is measured. */
export interface BenchStep {
  readonly id: string;
  /** What its tool takes, in milliseconds. */
  readonly ms: number;
  /** Positions of the steps it waits for. */
  readonly after: readonly number[];
  /** Runs so many times, as a `forEach`. */
  readonly items?: number;
}

export interface Workload {
  readonly name: string;
  readonly steps: readonly BenchStep[];
  readonly concurrency: number;
}

const MIXED_MS = [5, 10, 20, 50, 100, 200] as const;

/** The plans of the table, the same in each run. */
export function workloads(): Workload[] {
  const random = createSeededRandom(20);
  const hundred = dag(100, random);
  return [
    { name: "25 steps of 50 ms, 5 wide", steps: layers(5, 5, random), concurrency: 32 },
    { name: "chain of 25, 5 ms", steps: chain(25, 5), concurrency: 32 },
    { name: "chain of 25, 50 ms", steps: chain(25, 50), concurrency: 32 },
    { name: "fan-out and fan-in of 50, 5–200 ms", steps: fan(50, random), concurrency: 64 },
    { name: "random DAG of 100, 5–200 ms", steps: hundred, concurrency: 64 },
    { name: "the same, 4 at once", steps: hundred, concurrency: 4 },
    { name: "forEach of 500, 20 ms, 32 at once", steps: each(500, 20), concurrency: 32 },
  ];
}

function chain(count: number, ms: number): BenchStep[] {
  return Array.from({ length: count }, (_, at) => step(at, ms, at === 0 ? [] : [at - 1]));
}

/** Layers of steps, each waiting for two of the layer before. */
function layers(count: number, width: number, random: Random): BenchStep[] {
  return Array.from({ length: count * width }, (_, at) => {
    const before = (Math.floor(at / width) - 1) * width;
    if (before < 0) return step(at, 50, []);
    const picks = [0, 1].map(() => before + Math.floor(random.next() * width));
    return step(at, 50, [...new Set(picks)]);
  });
}

function fan(width: number, random: Random): BenchStep[] {
  const leaves = Array.from({ length: width }, (_, at) => step(at + 1, pick(random), [0]));
  const all = leaves.map((_, at) => at + 1);
  return [step(0, 10, []), ...leaves, step(width + 1, 10, all)];
}

/** Each step waits for up to three of the twenty before it. */
function dag(count: number, random: Random): BenchStep[] {
  return Array.from({ length: count }, (_, at) => {
    const picks = Array.from({ length: Math.floor(random.next() * 4) }, () =>
      Math.max(0, at - 1 - Math.floor(random.next() * 20)),
    );
    return step(at, pick(random), at === 0 ? [] : [...new Set(picks)]);
  });
}

function each(items: number, ms: number): BenchStep[] {
  return [{ ...step(0, ms, []), items }];
}

function pick(random: Random): number {
  return MIXED_MS[Math.floor(random.next() * MIXED_MS.length)]!;
}

function step(at: number, ms: number, after: readonly number[]): BenchStep {
  return { id: `s${at}`, ms, after };
}
