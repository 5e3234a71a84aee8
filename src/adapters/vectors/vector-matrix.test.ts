import { describe, expect, it } from "vitest";
import { unitVectors } from "./vector-samples.contract.ts";
import { VectorMatrix } from "./vector-matrix.ts";

const identity = { model: "m", dimension: 4 };
const make = () => new VectorMatrix({ identity, maxVectors: 100, kernel: "auto" });
const vectors = (count: number, seed: number) => unitVectors(count, { dimension: 4, seed });

describe("the vector matrix", () => {
  it("tells which slots hold another vector than before", () => {
    const matrix = make();
    expect(matrix.upsert(Uint32Array.of(5, 2), vectors(2, 1))).toEqual([5, 2]);
    expect(matrix.upsert(Uint32Array.of(5, 2), vectors(2, 1))).toEqual([]);
    expect(matrix.upsert(Uint32Array.of(5, 3), vectors(2, 1))).toEqual([3]);
    expect(matrix.remove(Uint32Array.of(9, 5, 5))).toEqual([5]);
    expect(matrix.upsert(Uint32Array.of(5), vectors(1, 1))).toEqual([5]);
  });

  it("lists its slots in order and ends after the highest", () => {
    const matrix = make();
    matrix.upsert(Uint32Array.of(70, 2, 9), vectors(3, 1));
    expect([...matrix.slots()]).toEqual([2, 9, 70]);
    expect(matrix.end).toBe(71);
    matrix.remove(Uint32Array.of(70, 2));
    expect(matrix.end).toBe(10);
    matrix.remove(Uint32Array.of(9));
    expect(matrix.end).toBe(0);
    expect(matrix.size).toBe(0);
  });

  it.each([
    [{ identity: { model: "", dimension: 4 }, maxVectors: 1 }, /model id/],
    [{ identity: { model: "m", dimension: 0 }, maxVectors: 1 }, /dimension.*received 0/],
    [{ identity: { model: "m", dimension: 1.5 }, maxVectors: 1 }, /dimension.*received 1.5/],
    [{ identity, maxVectors: 0 }, /discovery\.maxVectors.*received 0/],
    [{ identity, maxVectors: NaN }, /discovery\.maxVectors.*received NaN/],
  ])("refuses to be made for %j", (options, message) => {
    expect(() => new VectorMatrix({ ...options, kernel: "plain" })).toThrow(message);
  });
});
