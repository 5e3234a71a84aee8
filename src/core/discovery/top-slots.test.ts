import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { TopSlots } from "./top-slots.ts";

describe("the top slots", () => {
  it("are those that sorting all would give, ties by the tie-break", () => {
    const tieBreak = (a: number, b: number): number => b - a;
    const someScores = array(integer({ min: -2, max: 6 }), { maxLength: 60 });
    assert(
      property(someScores, integer({ min: 1, max: 20 }), (values, count) => {
        const scores = Float32Array.from(values);
        const top = new TopSlots(scores, { count, tieBreak });
        for (const slot of scores.keys()) top.offer(slot);
        const sorted = [...scores.keys()]
          .filter((slot) => scores[slot]! > 0)
          .toSorted((a, b) => scores[b]! - scores[a]! || tieBreak(a, b));
        expect(top.sorted()).toEqual(sorted.slice(0, count));
      }),
    );
  });
});
