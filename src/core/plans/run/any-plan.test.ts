import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DependencyKind } from "../compiled-plan.ts";
import type { PlanReport } from "../plan-report.ts";
import { planOf, read, type StepSketch } from "../../../../test/support/plans/plan-builder.ts";
import { createPlanRig, type PlanRig } from "../../../../test/support/plans/plan-rig.ts";
import { GatewayError } from "../../../kernel/errors.ts";

const broken = new GatewayError("internal", "It broke.", {});

/** A step of a generated plan; `refs` picks earlier steps to depend on. */
interface Shape {
  readonly refs: readonly { readonly pick: number; readonly kind: DependencyKind }[];
  readonly fails: boolean;
  readonly when: boolean;
  readonly onError: "fail" | "continue" | "value" | "step";
  readonly items: number | undefined;
  readonly server: number;
  readonly compensated: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  refs: fc.array(
    fc.record({
      pick: fc.nat(1_000),
      kind: fc.constantFrom<DependencyKind>("data", "optional", "order", "write"),
    }),
    { maxLength: 3 },
  ),
  fails: fc.boolean(),
  when: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
  onError: fc.constantFrom("fail", "continue", "value", "step"),
  items: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
  server: fc.nat(2),
  compensated: fc.boolean(),
});

/** Steps `s0…`, each with a fallback step `f…` where it has one: a plan whatever the shapes are. */
function sketch(shapes: readonly Shape[]): StepSketch[] {
  return shapes.flatMap((each, at): StepSketch[] => {
    const after: Record<string, DependencyKind> = {};
    if (at > 0) for (const { pick, kind } of each.refs) after[`s${pick % at}`] ??= kind;
    const own: StepSketch = {
      id: `s${at}`,
      server: `server-${each.server}`,
      after,
      args: (scope) => Object.keys(after).map((id) => read(scope, id) ?? null),
      when: () => each.when,
      onError:
        each.onError === "value"
          ? { value: () => "fallback" }
          : each.onError === "step"
            ? { step: `f${at}` }
            : each.onError,
      ...(each.items !== undefined && {
        forEach: () => Array.from({ length: each.items! }, (_, item) => item),
      }),
      ...(each.compensated && { compensate: { tool: `undo-s${at}` } }),
    };
    return each.onError === "step" ? [own, { id: `f${at}`, server: "server-0" }] : [own];
  });
}

function rigFor(shapes: readonly Shape[], latencies: readonly number[], limit: number): PlanRig {
  const rig = createPlanRig({ serverConcurrency: limit, maxConcurrency: limit + 1 });
  const latencyOf = (tool: string, at: number): number =>
    latencies[(tool.length * 7 + at * 13) % latencies.length]!;
  for (const [at, { fails, items }] of shapes.entries()) {
    rig.on(`s${at}`, ({ args }) => ({
      afterMs: latencyOf(`s${at}`, at),
      // All items alike, so that which failed first is not a matter of time.
      ...(fails && items === undefined ? { error: broken } : { value: { of: at, args } }),
    }));
    rig.on(`f${at}`, { afterMs: latencyOf("f", at + 3) });
  }
  return rig;
}

/** What a plan came to, without when. */
function essence({ status, steps, output }: PlanReport): unknown {
  return {
    status,
    output: output?.value(),
    steps: steps.map((step) => ({
      id: step.id,
      status: step.status,
      value: step.value?.value(),
      error: step.error,
      reason: step.reason,
      fallback: step.fallback,
    })),
  };
}

const shapesOf = fc.array(shape, { minLength: 1, maxLength: 9 });
const latenciesOf = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 });
const limits = fc.integer({ min: 1, max: 4 });

describe("any plan", () => {
  it("runs each step at most once, never before what it waits for, within its limits", async () => {
    await fc.assert(
      fc.asyncProperty(shapesOf, latenciesOf, limits, async (shapes, latencies, limit) => {
        const rig = rigFor(shapes, latencies, limit);
        const plan = planOf(sketch(shapes), { concurrency: limit + 2 });
        const report = await rig.run(plan);
        const callsOf = (id: string) =>
          rig.calls.filter(({ step, tool }) => step === id && !tool.startsWith("undo-"));
        for (const { id, dependencies, forEach } of plan.steps) {
          const calls = callsOf(id);
          const most = forEach === undefined ? 1 : shapes[Number(id.slice(1))]!.items!;
          expect(calls.length).toBeLessThanOrEqual(most);
          const before = dependencies.flatMap(({ step }) => callsOf(plan.steps[step]!.id));
          const ended = Math.max(0, ...before.map(({ endedMs }) => endedMs!));
          expect(calls.filter(({ startedMs }) => startedMs < ended)).toEqual([]);
        }
        const idle = report.steps.filter(
          ({ id, items }) => callsOf(id).length === 0 && items?.total !== 0,
        );
        expect(idle.filter(({ status }) => status !== "skipped")).toEqual([]);
        expect(rig.underWay).toMatchObject({ now: 0 });
        expect(rig.underWay.peak).toBeLessThanOrEqual(limit + 1);
        expect(report.criticalPathMs).toBeLessThanOrEqual(report.wallMs + 0.01);
        expect(rig.log.lines.filter(({ level }) => level === "error")).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("comes to the same whatever the latencies and limits", async () => {
    await fc.assert(
      fc.asyncProperty(
        shapesOf,
        fc.tuple(latenciesOf, limits),
        fc.tuple(latenciesOf, limits),
        async (shapes, one, other) => {
          const results = [one, other].map(([latencies, limit]) =>
            rigFor(shapes, latencies, limit).run(planOf(sketch(shapes), { concurrency: limit })),
          );
          const [first, second] = await Promise.all(results);
          expect(essence(first!)).toEqual(essence(second!));
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);

  it("leaves nothing running when it is cancelled, at whatever moment", async () => {
    await fc.assert(
      fc.asyncProperty(shapesOf, latenciesOf, fc.nat(40), async (shapes, latencies, atMs) => {
        const rig = rigFor(shapes, latencies, 3);
        const run = rig.start(planOf(sketch(shapes)));
        await rig.clock.advance(atMs);
        run.cancel();
        const report = await rig.finish(run);
        expect(rig.underWay.now).toBe(0);
        expect(report.steps.filter(({ status }) => /pending|running/.test(status))).toEqual([]);
        await rig.plans[Symbol.asyncDispose]();
        expect(rig.clock.pending).toBe(0);
        const made = rig.calls.length;
        await rig.clock.advance(100);
        expect(rig.calls).toHaveLength(made);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it("undoes what it did in reverse order of completion when it fails", async () => {
    await fc.assert(
      fc.asyncProperty(shapesOf, latenciesOf, async (shapes, latencies) => {
        const rig = rigFor(shapes, latencies, 10);
        const report = await rig.run(planOf(sketch(shapes)));
        const undone = rig.calls.filter(({ tool }) => tool.startsWith("undo-"));
        const endOf = (step: string): number =>
          Math.max(...rig.calls.filter(({ tool }) => tool === step).map(({ endedMs }) => endedMs!));
        const ends = undone
          .filter(({ step }) => shapes[Number(step.slice(1))]!.items === undefined)
          .map(({ step }) => endOf(step));
        expect(ends).toEqual(ends.toSorted((a, b) => b - a));
        const hasFailed = report.status === "failed";
        const toUndo = report.steps.filter(
          ({ id, value, status }) =>
            id.startsWith("s") &&
            shapes[Number(id.slice(1))]!.compensated &&
            value !== undefined &&
            status !== "failed",
        );
        const expected = hasFailed ? /compensated/ : /succeeded/;
        // A forEach without items has done nothing.
        const wrong = toUndo.filter(
          ({ status, items }) => !expected.test(status) && items?.total !== 0,
        );
        expect(wrong).toEqual([]);
        expect(undone.length > 0 && !hasFailed).toBe(false);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
