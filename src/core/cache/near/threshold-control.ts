import type { SemanticOptions } from "../options.ts";
import { leastCredibleRate } from "./wilson.ts";

/** What checks against the server have shown of one tool's semantic hits. */
export interface ThresholdState {
  /** Hits checked, and those that were wrong, since the threshold was last raised. */
  readonly checked: number;
  readonly wrong: number;
  /** How often the threshold has been raised. */
  readonly raises: number;
  /** Why no more semantic hits are given. */
  readonly switchedOff?: string;
}

export const UNCHECKED: ThresholdState = { checked: 0, wrong: 0, raises: 0 };

/** Raises before the semantic cache of a tool is switched off; each halves the distance to 1. */
const MAX_RAISES = 3;

/** The cosine that a hit needs now. */
export function thresholdOf({ raises }: ThresholdState, { threshold }: SemanticOptions): number {
  return 1 - (1 - threshold) / 2 ** raises;
}

/**
 * Takes note of one checked hit. When it is credible (95 %) that more than `maxErrorRate` of the
 * hits are wrong, the threshold is raised and checking begins anew; at last they are switched off.
 */
export function afterCheck(
  state: ThresholdState,
  isRight: boolean,
  { maxErrorRate }: Pick<SemanticOptions, "maxErrorRate">,
): ThresholdState {
  const checked = state.checked + 1;
  const wrong = state.wrong + (isRight ? 0 : 1);
  const counted = { ...state, checked, wrong };
  if (isRight || leastCredibleRate(wrong, checked) <= maxErrorRate) return counted;
  if (state.raises < MAX_RAISES) return { checked: 0, wrong: 0, raises: state.raises + 1 };
  const switchedOff = `${wrong} of ${checked} checked answers were wrong at the highest threshold; more than semantic.maxErrorRate, ${maxErrorRate}, must be expected.`;
  return { ...counted, switchedOff };
}
