import { describe, expect, it } from "vitest";
import { meanPool } from "./mean-pooling.ts";

describe("masked mean pooling", () => {
  it("averages a text's own tokens and leaves padding out", () => {
    const pooled = meanPool({
      data: Float32Array.of(1, 0, 3, 4, 99, 99, /* second */ 0, 2, 88, 88, 77, 77),
      lengths: [2, 1],
      width: 3,
      dimension: 2,
    });
    const norm = Math.hypot(2, 2);
    expect([...pooled]).toEqual([2 / norm, 2 / norm, 0, 1].map(Math.fround));
  });

  it("keeps a text of which the model says nothing at zero", () => {
    const data = new Float32Array(4);
    expect([...meanPool({ data, lengths: [2], width: 2, dimension: 2 })]).toEqual([0, 0]);
  });

  it("refuses numbers that are not finite", () => {
    const data = Float32Array.of(1, Number.NaN);
    expect(() => meanPool({ data, lengths: [1], width: 1, dimension: 2 })).toThrow(/not finite/);
  });
});
