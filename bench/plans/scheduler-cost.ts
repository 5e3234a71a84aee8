import { createSilentMetrics } from "../../src/core/metrics/index.ts";
import { createPlans } from "../../src/core/plans/create-plans.ts";
import type { CompiledPlan, CompiledStep } from "../../src/core/plans/compiled-plan.ts";
import { createCompositionRules, PLANS_DEFAULTS } from "../../src/core/plans/index.ts";
import type { Outcome } from "../../src/core/calls/index.ts";
import type { ServerId } from "../../src/core/catalog/index.ts";
import { Abort } from "../../src/kernel/abort.ts";
import { createSystemClock } from "../../src/kernel/clock.ts";
import { createSilentLogger } from "../../src/kernel/log.ts";
import { createSeededRandom, createSystemRandom } from "../../src/kernel/random.ts";
import { toRawJson } from "../../src/kernel/raw-json.ts";
import { median } from "../support/statistics.ts";

const ROUNDS = 9;
const WARM_UP_STEPS = 20_000;
const SIZES = [100, 1_000, 10_000];
const EMPTY = toRawJson({});

const SHAPES: Readonly<Record<string, (at: number, count: number) => readonly number[]>> = {
  chain: (at) => (at === 0 ? [] : [at - 1]),
  "fan-out and fan-in": (at, count) =>
    at === count - 1 ? Array.from({ length: at }, (_, other) => other) : [],
  "random DAG": (at) => {
    const random = createSeededRandom(at);
    const picks = Array.from({ length: Math.min(at, 3) }, () => Math.floor(random.next() * at));
    return [...new Set(picks)];
  },
};

/** What the scheduler itself costs a step, in microseconds: plans whose calls answer at once. */
export async function measureScheduler(): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const [shape, after] of Object.entries(SHAPES)) {
    const row: Record<string, unknown> = { shape };
    for (const count of SIZES) {
      const run = createRunner(planOf(count, after));
      const samples: number[] = [];
      // Just-in-time compilation takes its time: nothing is measured before it has settled.
      for (let steps = 0; steps < WARM_UP_STEPS; steps += count) await run();
      for (let turn = 0; turn < ROUNDS; turn++) samples.push(await run());
      row[`${count} steps, µs a step`] = Number(((median(samples) * 1_000) / count).toFixed(1));
    }
    rows.push(row);
  }
  return rows;
}

function createRunner(plan: CompiledPlan): () => Promise<number> {
  const content = [{ type: "text", text: "1" }];
  const meta = { server: "s", tool: "t", cache: "none", attempts: 1, circuit: "closed" } as const;
  const outcome: Outcome = {
    kind: "result",
    body: toRawJson({ content }),
    meta: { ...meta, durationMs: 0, traceId: "" },
  };
  const limits = { concurrency: 10_000, serverConcurrency: 10_000, maxConcurrency: 10_000 };
  const catalog = { tool: () => undefined, server: () => undefined };
  const plans = createPlans(
    { ...PLANS_DEFAULTS, ...limits },
    {
      compiler: { compile: () => ({ plan, outline: [], problems: [] }) },
      rules: createCompositionRules([], { catalog }),
      calls: { call: () => Promise.resolve(outcome) },
      catalog,
      events: { publish: () => undefined },
      metrics: createSilentMetrics(),
      log: createSilentLogger(),
      clock: createSystemClock(),
      random: createSystemRandom(),
    },
  );
  const rules = { allow: [], deny: [] };
  const principal = { id: "bench", tenant: "default", role: "admin", rules } as const;
  return async () => {
    const startedAt = performance.now();
    const { status } = await plans.start({ plan: EMPTY, principal }, new Abort()).ended;
    if (status !== "succeeded") throw new Error(`the plan ${status}`);
    return performance.now() - startedAt;
  };
}

function planOf(
  count: number,
  after: (at: number, count: number) => readonly number[],
): CompiledPlan {
  const args = { reads: [], render: () => EMPTY };
  const steps = Array.from({ length: count }, (_, at): CompiledStep => {
    const dependencies = after(at, count).map((step) => ({ step, kind: "data" as const }));
    return {
      id: `s${at}`,
      pointer: `/steps/${at}`,
      tool: "s__t",
      server: "s" as ServerId,
      mayWrite: false,
      arguments: args,
      dependencies,
      onError: { kind: "fail" },
    };
  });
  return { steps, input: EMPTY, concurrency: 10_000, timeoutMs: 600_000 };
}
