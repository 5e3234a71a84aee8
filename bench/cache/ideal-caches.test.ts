import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cheHitRatio, countBeladyHits, countLruHits } from "./ideal-caches.ts";

const traces = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 });

/** The most hits there can be, by trying every choice. */
function mostHits(trace: readonly number[], room: number, kept: readonly number[] = []): number {
  const [key, ...rest] = trace;
  if (key === undefined) return 0;
  if (kept.includes(key)) return 1 + mostHits(rest, room, kept);
  const choices = [kept, ...kept.map((out) => [...kept.filter((other) => other !== out), key])];
  if (kept.length < room) choices.push([...kept, key]);
  return Math.max(...choices.map((choice) => mostHits(rest, room, choice)));
}

describe("what caches are measured against", () => {
  it("is no better than the best there can be, and as good", () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 3 }), (trace, room) => {
        expect(countBeladyHits(trace, room)).toBe(mostHits(trace, room));
        expect(countLruHits(trace, room)).toBeLessThanOrEqual(mostHits(trace, room));
      }),
    );
  });

  it("keeps the keys used last", () => {
    expect(countLruHits([1, 2, 1, 3, 1, 2], 2)).toBe(2);
    expect(countLruHits([1, 2, 3, 1, 2, 3], 2)).toBe(0);
    expect(countBeladyHits([1, 2, 3, 1, 2, 3], 2)).toBe(2);
  });

  it("foretells what a long trace shows", () => {
    expect(cheHitRatio([0.25, 0.25, 0.25, 0.25], 2)).toBeCloseTo(0.5, 6);
    expect(cheHitRatio([0.7, 0.1, 0.1, 0.1], 3.999)).toBeCloseTo(1, 2);
  });
});
