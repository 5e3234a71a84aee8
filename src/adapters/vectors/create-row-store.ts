import { createPlainRowStore } from "./plain-row-store.ts";
import type { RowStore } from "./row-store.ts";
import { createSimdRowStore } from "./simd-row-store.ts";

/** Which inner loop multiplies vectors; `auto` takes SIMD where the runtime has it. */
export type KernelChoice = "auto" | "simd" | "plain";

/**
 * Makes an empty store for vectors of `dimension` floats.
 *
 * @throws Error when `simd` is asked for and cannot be had (`--jitless` takes WebAssembly away, and
 * a tight limit on address space leaves no room for its memory).
 */
export function createRowStore(dimension: number, kernel: KernelChoice): RowStore {
  if (kernel === "plain") return createPlainRowStore(dimension);
  const simd = createSimdRowStore(dimension);
  if (simd !== undefined) return simd;
  if (kernel === "auto") return createPlainRowStore(dimension);
  throw new Error(
    'WebAssembly SIMD is not available in this runtime; use the kernel "auto" or "plain".',
  );
}
