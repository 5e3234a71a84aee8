import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { runInSlices } from "./in-slices.ts";

describe("work in slices", () => {
  it("does not begin before the caller has gone on, and ends when nothing is left", async () => {
    let left = 5_000;
    const work = runInSlices((limit) => (left -= limit) > 0, new AbortController().signal);
    expect(left).toBe(5_000);
    await work;
    expect(left).toBeLessThanOrEqual(0);
  });

  it("lets others run between slices", async () => {
    const order: string[] = [];
    const other = runInSlices(() => order.push("slice") < 4, new AbortController().signal);
    const turns = (async () => {
      for (let turn = 0; turn < 4; turn++) {
        await nextTurn();
        order.push("turn");
      }
    })();
    await Promise.all([other, turns]);
    expect(order.slice(0, 4)).toContain("turn");
  });

  it("takes bigger slices of light work, never bigger than 1024, and single units of heavy work", async () => {
    const light: number[] = [];
    await runInSlices((limit) => {
      light.push(limit);
      return limit < 1024;
    }, new AbortController().signal);
    expect(light[0]).toBe(1);
    expect(light.at(-1)).toBe(1024);
    const heavy: number[] = [];
    await runInSlices((limit) => {
      const until = performance.now() + 10 * limit;
      while (performance.now() < until);
      return heavy.push(limit) < 4;
    }, new AbortController().signal);
    expect(heavy).toEqual([1, 1, 1, 1]);
  });

  it("ends without error when it is aborted, also in a rest", async () => {
    const stopping = new AbortController();
    let slices = 0;
    await runInSlices(() => {
      if (++slices === 3) stopping.abort();
      return true;
    }, stopping.signal);
    expect(slices).toBe(3);
  });

  it("hands on what the work throws", async () => {
    const broken = runInSlices(() => {
      throw new Error("broken");
    }, new AbortController().signal);
    await expect(broken).rejects.toThrow("broken");
  });
});
