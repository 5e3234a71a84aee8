import { describe, expect, it } from "vitest";
import { fusedParts, fusedScore, fusionWeights } from "./fusion.ts";
import { DISCOVERY_DEFAULTS } from "./options.ts";

const WEIGHTS = fusionWeights({ ...DISCOVERY_DEFAULTS, denseWeight: 1.3 }, undefined);

describe("the fusion", () => {
  it("is the weighted mean of the signals that took part", () => {
    expect(fusedScore({ coverage: 1, cosine: 1, dense: 1 }, WEIGHTS)).toBeCloseTo(1);
    expect(fusedScore({ coverage: 0.5, cosine: 0, dense: 1 }, WEIGHTS)).toBeCloseTo(0.6);
    expect(fusedScore({ coverage: 1, cosine: 0.3 }, WEIGHTS)).toBeCloseTo(1.21 / 1.7);
    expect(fusedScore({ dense: 0.4 }, WEIGHTS)).toBeCloseTo(0.4);
    expect(fusedScore({}, WEIGHTS)).toBe(0);
  });

  it("counts a negative cosine as 0 and nothing above 1", () => {
    expect(fusedScore({ dense: -0.5 }, WEIGHTS)).toBe(0);
    expect(fusedScore({ dense: -0.5, coverage: 1.2, cosine: 1.1 }, WEIGHTS)).toBeCloseTo(1.7 / 3);
  });

  it("takes the model's own weight where it has one", () => {
    expect(fusionWeights(DISCOVERY_DEFAULTS, { fusionWeight: 0.2 }).dense).toBe(0.2);
    expect(fusionWeights(DISCOVERY_DEFAULTS, {}).dense).toBe(DISCOVERY_DEFAULTS.denseWeight);
  });

  it("explains itself by parts that add up to the score", () => {
    const signals = { coverage: 0.7, cosine: 0.2, dense: 0.5 };
    const parts = fusedParts(signals, WEIGHTS);
    expect(Object.keys(parts)).toEqual(["coverage", "cosine", "dense"]);
    const sum = Object.values(parts).reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo(fusedScore(signals, WEIGHTS));
    expect(fusedParts({}, WEIGHTS)).toEqual({});
  });
});
