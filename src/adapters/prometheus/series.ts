import type { BoundMetric } from "../../core/metrics/index.ts";
import type { Instrument } from "./instrument.ts";

/** The label sets of one metric, bounded. */
export interface Series {
  bind(labels: Labels): BoundMetric;
  /** Removes the sets whose label `name` is `value`. */
  forget(name: string, value: string): void;
}

type Labels = Readonly<Record<string, string>>;

interface Entry {
  readonly labels: Labels;
  readonly bound: BoundMetric;
}

const OTHER = "_other";
const MAX_VALUE_LENGTH = 128;
/** The label with the most values gives way first, so that servers and outcomes stay told apart. */
const FINEST_LABEL = "tool";
/** Share of the bound that whole label sets may take; the rest is for those without the tool. */
const WHOLE_SHARE = 0.9;

/**
 * Makes the series of a metric with the labels `names`: at most `maxSeries` label sets, and one of
 * `_other` only.
 */
export function createSeries(
  instrument: Instrument,
  names: readonly string[],
  maxSeries: number,
): Series {
  const entries = new Map<string, Entry>();
  const isFine = names.includes(FINEST_LABEL);
  const wholeLimit = isFine ? Math.floor(maxSeries * WHOLE_SHARE) : maxSeries;
  let forgotten = 0;

  function admit(valueOf: (name: string) => string, limit: number): Entry | undefined {
    const values = names.map(valueOf);
    const key = values.join("\0");
    const known = entries.get(key);
    if (known !== undefined || entries.size >= limit) return known;
    const labels = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
    const entry = { labels, bound: instrument.bind(labels) };
    entries.set(key, entry);
    return entry;
  }

  function find(labels: Labels): Entry {
    const whole = (name: string): string => (labels[name] ?? "").slice(0, MAX_VALUE_LENGTH);
    const coarse = (name: string): string => (name === FINEST_LABEL ? OTHER : whole(name));
    return (
      admit(whole, wholeLimit) ??
      (isFine ? admit(coarse, maxSeries) : undefined) ??
      admit(() => OTHER, Number.POSITIVE_INFINITY)!
    );
  }

  return {
    bind(labels) {
      let entry = find(labels);
      let seen = forgotten;
      // A handle outlives its series: used after `forget` it takes a place again, if there is one.
      const current = (): BoundMetric => {
        if (seen !== forgotten) {
          entry = find(labels);
          seen = forgotten;
        }
        return entry.bound;
      };
      return {
        add: (amount) => current().add(amount),
        set: (value) => current().set(value),
        observe: (value) => current().observe(value),
      };
    },
    forget(name, value) {
      for (const [key, entry] of entries) {
        if (entry.labels[name] !== value) continue;
        instrument.remove(entry.labels);
        entries.delete(key);
        forgotten += 1;
      }
    },
  };
}
