import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TopK } from "./top-k.ts";

describe("the top k", () => {
  const scores = fc.array(fc.constantFrom(-1, -0.5, 0, 0.25, 0.5, 0.75, 1), { maxLength: 200 });

  it("are the best, best first, the lower slot first among equals, in whatever order they come", () => {
    const top = new TopK();
    fc.assert(
      fc.property(
        scores,
        fc.integer({ min: 0, max: 220 }),
        fc.boolean(),
        (given, k, isReversed) => {
          const hits = given.map((score, slot) => ({ slot, score }));
          const offered = isReversed ? hits.toReversed() : hits;
          top.reset(k);
          for (const { slot, score } of offered) {
            top.offer(Uint32Array.of(slot), Float32Array.of(score), 1);
          }
          const best = hits.toSorted((a, b) => b.score - a.score || a.slot - b.slot).slice(0, k);
          const { slots, scores: kept } = top.take();
          expect([...slots]).toEqual(best.map(({ slot }) => slot));
          expect([...kept]).toEqual(best.map(({ score }) => score));
        },
      ),
    );
  });

  it("take only as many of what is offered as they are told", () => {
    const top = new TopK();
    top.reset(5);
    top.offer(Uint32Array.of(1, 2, 3), Float32Array.of(0.1, 0.2, 0.3), 2);
    expect([...top.take().slots]).toEqual([2, 1]);
    expect(top.take().slots).toHaveLength(0);
  });
});
