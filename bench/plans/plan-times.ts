import type { Gateway } from "../../src/core/gateway.ts";
import type { PlanReport } from "../../src/core/plans/index.ts";
import { Abort } from "../../src/kernel/abort.ts";
import { toRawJson } from "../../src/kernel/raw-json.ts";
import { median } from "../support/statistics.ts";
import type { BenchStep, Workload } from "./workloads.ts";

const ROUNDS = 5;
const rules = { allow: [], deny: [] };
const principal = { id: "bench", tenant: "default", role: "admin", rules } as const;

/** Tells calls apart that would otherwise be one. */
let callCount = 0;

/** Measures one workload: as a plan, level by level, and one after another. */
export async function measureWorkload(
  gateway: Gateway,
  servers: readonly string[],
  workload: Workload,
): Promise<Record<string, unknown>> {
  const toolOf = (step: BenchStep): string =>
    `${servers[Number(step.id.slice(1)) % servers.length]}__wait_${step.ms}`;
  await runPlan(gateway, workload, toolOf);
  const ratios: number[] = [];
  const bounds: number[] = [];
  const walls: number[] = [];
  const levelWalls: number[] = [];
  const paths: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn++) {
    const { wallMs, criticalPathMs, steps } = await runPlan(gateway, workload, toolOf);
    const levels = await runLevels(gateway, workload, toolOf);
    // What the items of a forEach took is not in the report: it is taken from the same calls without one.
    const isForEach = workload.steps.some(({ items }) => items !== undefined);
    const workMs = isForEach ? levels.workMs : sum(steps.map(({ durationMs = 0 }) => durationMs));
    levelWalls.push(levels.wallMs);
    walls.push(wallMs);
    paths.push(criticalPathMs);
    ratios.push(wallMs / criticalPathMs);
    bounds.push(wallMs / Math.max(criticalPathMs, workMs / workload.concurrency));
  }
  const serial = await runLevels(gateway, { ...workload, concurrency: 1 }, toolOf);
  const wallMs = median(walls);
  return {
    plan: workload.name,
    wallMs: round(wallMs, 1),
    criticalPathMs: round(median(paths), 1),
    overCriticalPath: round(median(ratios), 3),
    overLowerBound: round(median(bounds), 3),
    speedUpOverSerial: round(serial.wallMs / wallMs, 1),
    speedUpOverLevels: round(median(levelWalls) / wallMs, 2),
  };
}

async function runPlan(
  gateway: Gateway,
  { steps, concurrency }: Workload,
  toolOf: (step: BenchStep) => string,
): Promise<PlanReport> {
  callCount += 1;
  const plan = {
    steps: steps.map((step) => ({
      id: step.id,
      tool: toolOf(step),
      arguments: {
        n: step.items === undefined ? `${callCount}-${step.id}` : `${callCount}-\${index}`,
        ...(step.after.length > 0 && {
          after: step.after.map((position) => `\${steps.${steps[position]!.id}.done}`),
        }),
      },
      ...(step.items !== undefined && { forEach: Array.from({ length: step.items }, () => 0) }),
    })),
    limits: { concurrency },
  };
  const run = gateway.plans.start({ plan: toRawJson(plan), principal }, new Abort());
  const report = await run.ended;
  if (report.status !== "succeeded") throw new Error(JSON.stringify(report.steps.slice(0, 3)));
  return report;
}

/** The same calls with a barrier behind each level, `concurrency` at once; with 1, one after another. */
async function runLevels(
  gateway: Gateway,
  { steps, concurrency }: Workload,
  toolOf: (step: BenchStep) => string,
): Promise<{ wallMs: number; workMs: number }> {
  const startedAt = performance.now();
  let workMs = 0;
  for (const level of levelsOf(steps)) {
    const calls = level.flatMap((step) => Array.from({ length: step.items ?? 1 }, () => step));
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let step = calls[next++]; step !== undefined; step = calls[next++]) {
        callCount += 1;
        const request = { principal, tool: toolOf(step), arguments: toRawJson({ n: callCount }) };
        const { kind, meta } = await gateway.calls.call(request, new Abort());
        workMs += meta.durationMs;
        if (kind !== "result") throw new Error(`a call ended as ${kind}`);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, calls.length) }, lane));
  }
  return { wallMs: performance.now() - startedAt, workMs };
}

function levelsOf(steps: readonly BenchStep[]): BenchStep[][] {
  const stages: number[] = [];
  const levels: BenchStep[][] = [];
  for (const [at, step] of steps.entries()) {
    const stage = Math.max(-1, ...step.after.map((other) => stages[other]!)) + 1;
    stages[at] = stage;
    (levels[stage] ??= []).push(step);
  }
  return levels;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
