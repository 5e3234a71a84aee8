import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assembleDotKernel } from "../../../scripts/build-dot-kernel.ts";
import { createRowStore } from "./create-row-store.ts";
import { BATCH_ROWS, type RowStore } from "./row-store.ts";
import { DOT_KERNEL_BASE64 } from "./simd-kernel.ts";
import { unitVectors } from "./vector-samples.contract.ts";

/** Products of a query with rows, by way of the batch. */
function products(store: RowStore, query: Float32Array, slots: readonly number[]): Float32Array {
  store.setQuery(query);
  store.batchSlots().set(slots);
  store.dots(slots.length);
  return store.batchScores().slice(0, slots.length);
}

function filled(kernel: "simd" | "plain", dimension: number, vectors: Float32Array): RowStore {
  const store = createRowStore(dimension, kernel);
  const count = vectors.length / dimension;
  store.reserve(count);
  for (let slot = 0; slot < count; slot++) store.write(slot, vectors, slot * dimension);
  return store;
}

const floats = (length: number) =>
  fc.array(fc.float({ noNaN: true, min: -4, max: 4 }), { minLength: length, maxLength: length });

describe("the row stores", () => {
  it("multiply to equal bits, with SIMD and without", () => {
    const sample = fc.integer({ min: 1, max: 70 }).chain((dimension) =>
      fc.record({
        dimension: fc.constant(dimension),
        query: floats(dimension),
        rows: floats(5 * dimension),
      }),
    );
    fc.assert(
      fc.property(sample, ({ dimension, query, rows }) => {
        const [simd, plain] = (["simd", "plain"] as const).map((kernel) => {
          const store = filled(kernel, dimension, Float32Array.from(rows));
          return products(store, Float32Array.from(query), [4, 0, 2, 2, 1, 3]);
        });
        expect(simd).toEqual(plain);
      }),
    );
  });

  it.each(["simd", "plain"] as const)("come close to double precision (%s)", (kernel) => {
    const dimension = 384;
    const rows = unitVectors(BATCH_ROWS, { dimension, seed: 1 });
    const query = unitVectors(1, { dimension, seed: 2 });
    const slots = Array.from({ length: BATCH_ROWS }, (_, slot) => slot);
    products(filled(kernel, dimension, rows), query, slots).forEach((product, slot) => {
      const exact = query.reduce(
        (sum, value, at) => sum + value * (rows[slot * dimension + at] ?? 0),
        0,
      );
      expect(Math.abs(product - exact)).toBeLessThan(1e-6);
    });
  });

  it.each(["simd", "plain"] as const)("keep their rows while they grow (%s)", (kernel) => {
    const store = createRowStore(3, kernel);
    store.reserve(1);
    store.write(0, Float32Array.of(9, 1, 2, 3), 1);
    for (const rows of [2, 100, 40, 20_000]) store.reserve(rows);
    store.write(19_999, Float32Array.of(4, 5, 6), 0);
    expect([...store.row(0)]).toEqual([1, 2, 3]);
    expect([...products(store, Float32Array.of(1, 10, 100), [19_999, 0])]).toEqual([654, 321]);
  });

  it("have room for the same number of rows, near to what 4 GiB hold", () => {
    const { maxRows } = createRowStore(384, "simd");
    expect(maxRows).toBeGreaterThan(2_700_000);
    expect(createRowStore(384, "plain").maxRows - maxRows).toBeLessThan(10);
  });
});

describe("the SIMD kernel", () => {
  it("is the one that its generator makes", () => {
    expect(DOT_KERNEL_BASE64).toBe(Buffer.from(assembleDotKernel()).toString("base64"));
  });

  it("is taken where nothing else is asked for", () => {
    expect(createRowStore(8, "auto").kernel).toBe("simd");
  });

  it("gives way to the plain one where WebAssembly is missing, unless it is demanded", () => {
    const { WebAssembly: api } = globalThis as { WebAssembly?: unknown };
    Reflect.deleteProperty(globalThis, "WebAssembly");
    try {
      expect(createRowStore(8, "auto").kernel).toBe("plain");
      expect(() => createRowStore(8, "simd")).toThrow(/WebAssembly SIMD is not available/);
    } finally {
      Object.defineProperty(globalThis, "WebAssembly", {
        value: api,
        configurable: true,
        writable: true,
      });
    }
  });
});
