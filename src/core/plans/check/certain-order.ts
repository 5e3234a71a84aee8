import type { StepDraft } from "./draft.ts";

/** Steps followed at once: one bit each. */
const BITS = 31;

/**
 * Those of `candidates` that have certainly ended before any of `targets` begins, themselves aside.
 * `order` has every step behind what it waits for, and fallback steps behind whom they stand in for.
 * Cost: steps + dependencies for every 31 candidates.
 */
export function certainlyBefore(
  candidates: readonly number[],
  targets: readonly number[],
  { steps, order }: { readonly steps: readonly StepDraft[]; readonly order: readonly number[] },
): ReadonlySet<number> {
  const found = new Set<number>();
  for (let from = 0; from < candidates.length; from += BITS) {
    const block = candidates.slice(from, from + BITS);
    const ended = endedBefore(block, steps, order);
    let common = -1;
    for (const target of targets) common &= ended[target]! | bitOf(block, target);
    for (const candidate of block) {
      if ((common & bitOf(block, candidate)) !== 0) found.add(candidate);
    }
  }
  return found;
}

/** For each step which of the block have ended for good when it begins. */
function endedBefore(
  block: readonly number[],
  steps: readonly StepDraft[],
  order: readonly number[],
): Int32Array {
  const own = new Int32Array(steps.length);
  for (const position of block) own[position] = bitOf(block, position);
  const inPlace = withFallbacks(own, steps, order);
  const ended = new Int32Array(steps.length);
  for (const position of order) {
    const { dependencies, fallbackFor } = steps[position]!;
    for (const other of dependencies.keys()) ended[position]! |= ended[other]! | inPlace[other]!;
    if (fallbackFor !== undefined) ended[position]! |= ended[fallbackFor]! | own[fallbackFor]!;
  }
  return ended;
}

/** Each step's bits with those of the steps that stand in for it: they have run by its end, or never will. */
function withFallbacks(
  own: Int32Array,
  steps: readonly StepDraft[],
  order: readonly number[],
): Int32Array {
  const bits = own.slice();
  for (const position of order.toReversed()) {
    const { fallbackFor } = steps[position]!;
    if (fallbackFor !== undefined) bits[fallbackFor]! |= bits[position]!;
  }
  return bits;
}

function bitOf(block: readonly number[], position: number): number {
  const index = block.indexOf(position);
  return index < 0 ? 0 : 1 << index;
}
