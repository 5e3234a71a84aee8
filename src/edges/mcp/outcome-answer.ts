import { encodeCacheHit, type Outcome } from "../../core/calls/index.ts";
import { objectMembers } from "../../mcp/json-scan.ts";
import { GATEWAY_META } from "../../mcp/meta-keys.ts";
import { withMembers, withMeta } from "../../mcp/splice.ts";
import type { Era } from "../../mcp/revisions.ts";
import type { Answer } from "./answer.ts";
import { failureAnswer, type CallDoor } from "./failure-answer.ts";

const COMPLETE = { resultType: '"complete"' };

/** The answer to a call: the upstream's bytes, with our facts in `_meta` where there are any. */
export function outcomeAnswer(outcome: Outcome, door: CallDoor, era: Era): Answer {
  switch (outcome.kind) {
    case "cancelled":
      return { kind: "silent" };
    case "failure":
      return inEra(failureAnswer(outcome.error, door), era);
    case "input_required":
      return { kind: "result", body: outcome.body.bytes };
    case "result":
      return { kind: "result", body: withFacts(outcome, era) };
  }
}

/** An answer as the era wants it. */
export function inEra(answer: Answer, era: Era): Answer {
  return answer.kind === "result" ? { ...answer, body: forEra(answer.body, era) } : answer;
}

/** Modern results say that they are complete; legacy upstreams leave it out. */
export function forEra(body: Uint8Array, era: Era): Uint8Array {
  if (era === "legacy" || objectMembers(body).has("resultType")) return body;
  return withMembers(body, COMPLETE);
}

function withFacts(outcome: Extract<Outcome, { kind: "result" }>, era: Era): Uint8Array {
  const { bytes } = outcome.body;
  const { cache, cacheHit, degraded } = outcome.meta;
  const answeredElsewhere = cache !== "none" && cache !== "miss" && cache !== "bypass";
  if (!answeredElsewhere && degraded === undefined) return forEra(bytes, era);
  const facts: Record<string, string> = { [GATEWAY_META.cache]: JSON.stringify(cache) };
  if (cacheHit !== undefined) facts[GATEWAY_META.cacheHit] = encodeCacheHit(cacheHit);
  if (degraded !== undefined) facts[GATEWAY_META.degraded] = JSON.stringify(degraded);
  return withMeta(bytes, facts, era === "modern" ? COMPLETE : {});
}
