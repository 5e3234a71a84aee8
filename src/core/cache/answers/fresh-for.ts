import type { DecidedPolicy } from "../policy/decide-policy.ts";
import type { DeclaredLife } from "./read-answer.ts";

/**
 * How long an answer is fresh, in milliseconds; 0 when it is not to be kept. The operator's time and
 * the server's both bind where both are given; what its server calls private is not shared.
 */
export function freshFor(
  { policy, source }: Pick<DecidedPolicy, "policy" | "source">,
  { ttlMs, isPublic }: DeclaredLife,
): number {
  if (isPublic === false && policy.scope !== "identity") return 0;
  if (source === "none") return 0;
  if (source === "config") return Math.min(policy.ttlMs, ttlMs ?? policy.ttlMs);
  return ttlMs ?? policy.ttlMs;
}
