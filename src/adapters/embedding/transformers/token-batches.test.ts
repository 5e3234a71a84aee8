import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenBatches } from "./token-batches.ts";

describe("batches by tokens", () => {
  it("put texts of like length together, longest first", () => {
    expect(tokenBatches([3, 10, 4, 9, 1], 20)).toEqual([
      [1, 3],
      [2, 0, 4],
    ]);
  });

  it("give a text that is too long alone a batch of its own", () => {
    expect(tokenBatches([50, 2, 2], 10)).toEqual([[0], [1, 2]]);
  });

  it("hold every text once and stay within the bound, padding included", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 100 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 4_000 }), (sizes, maxTokens) => {
        const batches = tokenBatches(sizes, maxTokens);
        expect(batches.flat().toSorted((a, b) => a - b)).toEqual([...sizes.keys()]);
        for (const batch of batches) {
          const width = Math.max(...batch.map((place) => sizes[place]!));
          expect(batch.length === 1 || batch.length * width <= maxTokens).toBe(true);
        }
      }),
    );
  });
});
