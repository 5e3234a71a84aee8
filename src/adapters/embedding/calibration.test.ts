import { describe, expect, it } from "vitest";
import { sameMeaning, unrelatedCosine } from "./calibration.ts";

describe("the cosine of what is unrelated", () => {
  it("is the mean of all pairs and two standard deviations", () => {
    const queries = Float32Array.of(1, 0, 0, 1);
    const documents = Float32Array.of(1, 0);
    expect(unrelatedCosine(queries, documents, 2)).toBe(0.95);
    const tilted = Float32Array.of(0.2, Math.sqrt(0.96));
    const spread = unrelatedCosine(Float32Array.of(1, 0), tilted, 2);
    expect(spread).toBeCloseTo(0.2, 6);
  });

  it("is never negative", () => {
    expect(unrelatedCosine(Float32Array.of(1, 0), Float32Array.of(-1, 0), 2)).toBe(0);
  });
});

describe("the cosine of what means the same", () => {
  it("is the operator's, if any", () => {
    expect(sameMeaning({ sameMeaningAbove: 0.97 })).toEqual({ sameMeaningAbove: 0.97 });
    expect(sameMeaning({})).toEqual({});
  });
});
