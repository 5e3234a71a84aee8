import { describe, expect, it } from "vitest";
import { planOf, type StepSketch } from "../../../../test/support/plans/plan-builder.ts";
import {
  createPlanRig,
  eventsOf,
  statuses,
  stepOf,
  valueOf,
  type RigCall,
} from "../../../../test/support/plans/plan-rig.ts";
import { GatewayError } from "../../../kernel/errors.ts";

const broken = new GatewayError("internal", "It broke.", {});
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const each = (count: number, more: Partial<StepSketch> = {}): StepSketch => ({
  id: "each",
  forEach: () => numbers(count),
  args: ({ item, index }) => ({ item: item?.value(), index }),
  ...more,
});
const itemOf = ({ args }: RigCall): number => (args as { item: number }).item;

describe("forEach", () => {
  it("gives its items' values in their order, whenever they ended", async () => {
    const rig = createPlanRig();
    rig.on("each", (call) => ({ afterMs: 100 - 10 * itemOf(call), value: itemOf(call) ** 2 }));
    const report = await rig.run(planOf([each(5), { id: "sum", after: ["each"] }]));
    expect(valueOf(report, "each")).toEqual([0, 1, 4, 9, 16]);
    expect(rig.calls.at(-1)?.args).toEqual({ each: [0, 1, 4, 9, 16] });
    expect(stepOf(report, "each")).toMatchObject({
      attempts: 5,
      items: { total: 5, succeeded: 5, failed: 0 },
    });
    expect(report).toMatchObject({ wallMs: 100, criticalPathMs: 100 });
  });

  it("keeps to its own limit and to those of the plan, the server and the gateway", async () => {
    const peak = async (
      items: Partial<StepSketch>,
      limits: { plan?: number; server?: number; gateway?: number },
    ): Promise<number> => {
      const { plan = 100, server = 100, gateway = 100 } = limits;
      const rig = createPlanRig({ serverConcurrency: server, maxConcurrency: gateway });
      rig.on("each", { afterMs: 10 });
      const report = await rig.run(planOf([each(30, items)], { concurrency: plan }));
      expect(report.status).toBe("succeeded");
      return rig.underWay.peak;
    };
    expect(await peak({ itemConcurrency: 3 }, {})).toBe(3);
    expect(await peak({}, { plan: 4 })).toBe(4);
    expect(await peak({}, { server: 5 })).toBe(5);
    expect(await peak({}, { gateway: 6 })).toBe(6);
    expect(await peak({}, {})).toBe(30);
  });

  it("gives an empty array for no items, without a call", async () => {
    const rig = createPlanRig();
    const report = await rig.run(planOf([each(0)]));
    expect(valueOf(report, "each")).toEqual([]);
    expect(rig.calls).toHaveLength(0);
  });

  it("begins no more items after the first that failed, lets those under way end, and fails", async () => {
    const rig = createPlanRig();
    rig.on("each", (call) =>
      itemOf(call) === 1 ? { afterMs: 5, error: broken } : { afterMs: 10 },
    );
    const report = await rig.run(planOf([each(10, { itemConcurrency: 3 })]));
    expect(report.status).toBe("failed");
    expect(rig.calls).toHaveLength(3);
    expect(rig.calls.some(({ wasAborted }) => wasAborted)).toBe(false);
    expect(stepOf(report, "each")).toMatchObject({
      status: "failed",
      items: { total: 10, succeeded: 2, failed: 1 },
      error: {
        code: "items-failed",
        message: "1 of 10 items failed, 2 succeeded. Item 1 failed: It broke. (internal)",
      },
    });
    expect(valueOf(report, "each")).toBeUndefined();
  });

  it("runs all items under continue, and has null for those that failed", async () => {
    const rig = createPlanRig();
    rig.on("each", (call) => (itemOf(call) % 2 === 1 ? { error: broken } : { value: "ok" }));
    const report = await rig.run(
      planOf([each(4, { onError: "continue" }), { id: "next", after: ["each"] }]),
    );
    expect(report.status).toBe("partial");
    expect(statuses(report)).toEqual({ each: "failed", next: "succeeded" });
    expect(valueOf(report, "each")).toEqual(["ok", null, "ok", null]);
  });

  it("takes the fallback value for each item that failed", async () => {
    const rig = createPlanRig();
    rig.on("each", (call) => (itemOf(call) === 1 ? { error: broken } : { value: "ok" }));
    const value = ({ item }: { item?: { value(): unknown } }): unknown =>
      `no ${String(item?.value())}`;
    const report = await rig.run(planOf([each(3, { onError: { value } })]));
    expect(report.status).toBe("partial");
    expect(valueOf(report, "each")).toEqual(["ok", "no 1", "ok"]);
    expect(stepOf(report, "each")).toMatchObject({ status: "failed", fallback: "value" });
  });

  it("tries items again on their own", async () => {
    const rig = createPlanRig();
    const details = { server: "s", state: "away", retryAfterMs: 0, reached: false };
    const away = new GatewayError("server-unavailable", "Away.", details);
    const seen = new Set<number>();
    rig.on("each", (call) => {
      if (itemOf(call) !== 1 || seen.has(1)) return {};
      seen.add(1);
      return { error: away };
    });
    const retry = { maxAttempts: 2, backoffMs: 10 };
    const report = await rig.run(planOf([each(3, { retry })]));
    expect(report.status).toBe("succeeded");
    expect(stepOf(report, "each").attempts).toBe(4);
  });

  it.each<[string, unknown, string]>([
    ["anything but an array", { a: 1 }, "not-an-array"],
    ["too many items", numbers(11), "too-many-items"],
  ])("refuses %s", async (_, items, code) => {
    const rig = createPlanRig({ maxItems: 10 });
    const report = await rig.run(planOf([{ id: "each", forEach: () => items }]));
    expect(stepOf(report, "each").error?.code).toBe(code);
    expect(rig.calls).toHaveLength(0);
  });

  it("tells of its progress now and then", async () => {
    const rig = createPlanRig();
    rig.on("each", { afterMs: 100 });
    const run = rig.start(planOf([each(20, { itemConcurrency: 1 })]));
    const events = eventsOf(run);
    await rig.finish(run);
    const progress = events.filter(({ type }) => type === "step.progress");
    expect(progress.length).toBeGreaterThanOrEqual(3);
    expect(progress.length).toBeLessThanOrEqual(4);
    expect(progress[0]).toMatchObject({ step: { items: { total: 20, succeeded: 5, failed: 0 } } });
  });
});
