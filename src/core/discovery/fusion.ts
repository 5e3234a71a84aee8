import type { DiscoveryOptions } from "./options.ts";

/** What each side says of one document; a side that did not take part is absent. */
export interface Signals {
  readonly coverage?: number | undefined;
  readonly cosine?: number | undefined;
  /** Embedding cosine; counts 0 when negative. */
  readonly dense?: number | undefined;
}

/** What each signal counts. */
export type FusionWeights = Readonly<Record<keyof Signals, number>>;

/** The weights of the options, with the model's own weight for its cosine. */
export function fusionWeights(
  options: DiscoveryOptions,
  model: { readonly fusionWeight?: number } | undefined,
): FusionWeights {
  return {
    coverage: options.coverageWeight,
    cosine: options.cosineWeight,
    dense: model?.fusionWeight ?? options.denseWeight,
  };
}

const SIGNALS = ["coverage", "cosine", "dense"] as const satisfies readonly (keyof Signals)[];

/** Each signal's part of the score: its value times its weight, over the weights that took part. */
export function fusedParts(signals: Signals, weights: FusionWeights): Record<string, number> {
  const present = SIGNALS.filter((name) => signals[name] !== undefined);
  const total = present.reduce((sum, name) => sum + weights[name], 0);
  if (total === 0) return {};
  return Object.fromEntries(
    present.map((name) => [name, (weights[name] * clamp(signals[name] ?? 0)) / total]),
  );
}

/** The weighted mean of the signals that took part: 0–1. */
export function fusedScore({ coverage, cosine, dense }: Signals, weights: FusionWeights): number {
  let sum = 0;
  let total = 0;
  if (coverage !== undefined) {
    sum += weights.coverage * clamp(coverage);
    total += weights.coverage;
  }
  if (cosine !== undefined) {
    sum += weights.cosine * clamp(cosine);
    total += weights.cosine;
  }
  if (dense !== undefined) {
    sum += weights.dense * clamp(dense);
    total += weights.dense;
  }
  return total === 0 ? 0 : sum / total;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
