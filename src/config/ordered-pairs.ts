import { isJsonObject, type JsonObject, type JsonValue } from "../kernel/json.ts";
import type { ConfigPath } from "./problem.ts";
import type { BrokenRule } from "./rules.ts";
import { valueAt } from "./received.ts";

/** Settings of which the first may not be above the second. */
const PAIRS: readonly { readonly low: ConfigPath; readonly high: ConfigPath }[] = [
  { low: ["gateway", "resultPreviewBytes"], high: ["gateway", "maxResultBytes"] },
  { low: ["gateway", "reconnectInitialMs"], high: ["gateway", "reconnectMaxMs"] },
  {
    low: ["resilience", "circuit", "coolDownMs"],
    high: ["resilience", "circuit", "maxCoolDownMs"],
  },
  { low: ["resilience", "retry", "backoffMs"], high: ["resilience", "retry", "maxBackoffMs"] },
];

/**
 * Keeps such pairs in order: where only one of the two is `given`, the other's default gives way;
 * where both are, it is a problem.
 */
export function orderPairs(
  sections: JsonObject,
  given: JsonObject,
): {
  readonly sections: JsonObject;
  readonly broken: readonly BrokenRule[];
} {
  const broken: BrokenRule[] = [];
  let ordered = sections;
  for (const { low, high } of PAIRS) {
    const value = Number(valueAt(ordered, low));
    const limit = Number(valueAt(ordered, high));
    if (!(value > limit)) continue;
    if (valueAt(given, low) === undefined) ordered = withValue(ordered, low, limit);
    else if (valueAt(given, high) === undefined) ordered = withValue(ordered, high, value);
    else {
      const message = `must be at most ${String(high.at(-1))} (${limit}), but is ${value}.`;
      broken.push({ path: low, message });
    }
  }
  return { sections: ordered, broken };
}

function withValue(object: JsonObject, path: ConfigPath, value: JsonValue): JsonObject {
  const [key, ...rest] = path.map(String) as [string, ...string[]];
  const inner = object[key];
  if (rest.length === 0 || !isJsonObject(inner)) return { ...object, [key]: value };
  return { ...object, [key]: withValue(inner, rest, value) };
}
