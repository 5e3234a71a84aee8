import type { z } from "zod";
import type { cacheExplanationSchema } from "../../../contract/index.ts";
import { formatDuration } from "../text/quantities.ts";
import type { Canvas } from "../text/table.ts";
import { renderFacts, type Fact } from "./facts.ts";

type Explanation = z.output<typeof cacheExplanationSchema>;
type Policy = Explanation["policy"];

/** How a tool's answers are kept, a fact a line. */
export function renderCacheExplanation(explanation: Explanation, canvas: Canvas): string {
  const { tool, policy, key, uncachedReason } = explanation;
  const facts: Fact[] = [
    ["tool", tool],
    ["cached", policy.cached ? "yes" : "no"],
    ["why", policy.why],
    ...(policy.cached ? timesOf(policy) : []),
    ...listed("tags", policy.tags),
    ...listed("ignores", policy.ignoreArguments),
    ...listed("varies by", policy.vary),
    ...listed("makes void", policy.invalidates),
    ...(policy.notes ?? []).map((note): Fact => ["note", note]),
    ...semanticOf(policy),
  ];
  if (key !== undefined) facts.push(["key", key]);
  if (uncachedReason !== undefined && uncachedReason !== policy.why) {
    facts.push(["this call", `not kept: ${uncachedReason}`]);
  }
  return renderFacts(facts, canvas);
}

function timesOf(policy: Policy): Fact[] {
  const { ttlMs, staleWhileRevalidateMs, scope } = policy;
  const facts: Fact[] = [
    ["fresh for", ttlMs === 0 ? "as long as its server says" : formatDuration(ttlMs)],
  ];
  if (staleWhileRevalidateMs > 0) {
    facts.push(["then", `${formatDuration(staleWhileRevalidateMs)} while it is fetched anew`]);
  }
  return [...facts, ["shared by", scope]];
}

function listed(name: string, values: readonly string[]): Fact[] {
  return values.length === 0 ? [] : [[name, values.join(", ")]];
}

function semanticOf({ semantic }: Policy): Fact[] {
  if (semantic === undefined) return [];
  const { effectiveThreshold, switchedOff } = semantic;
  if (switchedOff !== undefined) return [["near calls", `switched off: ${switchedOff}`]];
  return [["near calls", `answered from a similarity of ${effectiveThreshold.toFixed(3)} on`]];
}
