import { isGatewayError } from "../../../kernel/errors.ts";
import type { RawJson } from "../../../kernel/raw-json.ts";
import type { Principal } from "../../../core/access/index.ts";
import type { ResultHandle, Results } from "../../../core/results/index.ts";

/** Which of the steps' values the caller wants. */
export type ValuesWanted = "auto" | "none";

/** What stands in an answer for a value that is too large for it. */
export interface Withheld {
  readonly bytes: number;
  readonly preview?: string;
  readonly handle?: ResultHandle;
}

/** How a value is given: its bytes, or what stands for it. */
export type ShownValue = { readonly value: Uint8Array } | { readonly withheld: Withheld };

/** Decides, value by value, what of a plan's values goes into one answer or event. */
export interface PlanValues {
  show(value: RawJson): ShownValue;
}

/** Who asks, and where values are put that are too large. */
export interface ValueGuard {
  readonly results: Results;
  readonly principal: Principal;
}

/** All values of one answer together, as a multiple of the largest result that is answered whole. */
const MAX_ANSWER_RATIO = 16;

const known = /* @__PURE__ */ new WeakMap<RawJson, ResultHandle>();

/**
 * The values of one answer. One that is larger than `results.maxInlineBytes` is stored, and its
 * beginning and a handle stand for it. Smaller ones are given as long as all of them together stay
 * within 16 times that; of the rest only the size is told: they can be asked for by step.
 */
export function createAnswerValues(guard: ValueGuard): PlanValues {
  const { maxInlineBytes, previewBytes } = guard.results;
  let room = maxInlineBytes * MAX_ANSWER_RATIO;
  return {
    show(value) {
      const { bytes } = value;
      if (bytes.length > maxInlineBytes) {
        const preview = beginningOf(bytes, previewBytes);
        const handle = handleOf(value, guard);
        const withheld = { bytes: bytes.length, preview };
        return { withheld: handle === undefined ? withheld : { ...withheld, handle } };
      }
      if (bytes.length > room) return { withheld: { bytes: bytes.length } };
      room -= bytes.length;
      return { value: bytes };
    },
  };
}

/** The values of one event: small ones only, since the answer at the end holds them all. */
export function createEventValues({ results }: ValueGuard): PlanValues {
  return {
    show: ({ bytes }) =>
      bytes.length > results.previewBytes
        ? { withheld: { bytes: bytes.length } }
        : { value: bytes },
  };
}

/** A plan is asked for again and again: its values are stored once, as long as they can be read. */
function handleOf(value: RawJson, guard: ValueGuard): ResultHandle | undefined {
  const before = known.get(value);
  if (before !== undefined && canBeRead(before, guard)) return before;
  try {
    const handle = guard.results.put(value, guard.principal);
    known.set(value, handle);
    return handle;
  } catch (error) {
    if (isGatewayError(error, "payload-too-large")) return undefined;
    throw error;
  }
}

function canBeRead({ handle }: ResultHandle, { results, principal }: ValueGuard): boolean {
  try {
    results.read(handle, { limit: 1 }, principal);
    return true;
  } catch (error) {
    if (isGatewayError(error, "unknown-result")) return false;
    throw error;
  }
}

/** Cuts no character in two. */
function beginningOf(bytes: Uint8Array, maxBytes: number): string {
  return new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true });
}
