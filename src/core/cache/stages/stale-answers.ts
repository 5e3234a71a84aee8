import type { Clock } from "../../../kernel/clock.ts";
import { rawJson } from "../../../kernel/raw-json.ts";
import type { Call, Next } from "../../calls/index.ts";
import type { StaleAnswer } from "../caches.ts";
import { callKey } from "../keys/call-key.ts";
import type { Generations } from "../memory/generations.ts";
import { freshnessOf } from "../memory/kept.ts";
import type { Cachings } from "../policy/create-cachings.ts";
import type { LookUps } from "./look-ups.ts";

export interface StaleAnswersDeps {
  readonly cachings: Cachings;
  readonly generations: Generations;
  readonly lookUps: LookUps;
  readonly clock: Clock;
}

/** Finds answers that are past their time, for when their server fails. */
export function createStaleAnswers(
  deps: StaleAnswersDeps,
): (call: Call) => Promise<StaleAnswer | undefined> {
  const { cachings, generations, lookUps, clock } = deps;
  return async (call) => {
    const { request, principal, tool } = call;
    const caching = cachings.of(tool);
    const wantsFresh = request.cache === "bypass" || request.cache === "refresh";
    if (wantsFresh || !caching.policy.cached) return undefined;
    const { key, partition } = callKey(request, principal, caching.keyRules);
    if (key === undefined) return undefined;
    const generation = generations.sum(caching.scopes);
    const ask = { call, next: unused, caching, key, partition, generation };
    const kept = await lookUps.entryOf(key, ask);
    if (kept === undefined) return undefined;
    const ageMs = clock.monotonic() - kept.bornAt;
    if (freshnessOf(kept.record, ageMs) === "over") return undefined;
    return { body: rawJson(kept.record.body), ageMs: Math.round(ageMs) };
  };
}

const unused: Next = () => ({ kind: "cancelled" });
