import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../../kernel/clock.ts";
import { principalKey } from "../../access/index.ts";
import type { Call } from "../../calls/index.ts";
import type { Tool } from "../../catalog/index.ts";
import type { CacheSuggestion } from "../caches.ts";

/** Calls whose repetition is watched for, and tools that evidence is gathered of. */
const MAX_CALLS = 4_096;
const MAX_TOOLS = 500;
/** Repetitions whose times are remembered for each tool. */
const MAX_GAPS = 64;
/** Calls looked at per second, so that watching costs little however many there are. */
const MAX_PER_SECOND = 500;
/** Largest arguments and answers that are compared, in bytes. */
const MAX_ARGUMENT_BYTES = 16_384;
const MAX_ANSWER_BYTES = 262_144;

/** What a tool must have shown before it is suggested. */
const LEAST_REPEATS = 3;
const LEAST_ALIKE_RATIO = 0.95;

/** Times to live that people would write, in milliseconds. */
const ROUND_TTLS_MS = [1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000];

interface Seen {
  answer: string;
  at: number;
  /** Since when answers have been alike. */
  alikeSince: number;
}

interface Evidence {
  readonly server: string;
  readonly name: string;
  repeats: number;
  alike: number;
  readonly gapsMs: number[];
  longestAlikeMs: number;
  savedMs: number;
}

/** An answer that a tool gave while it was not cached. */
export interface Observation {
  readonly call: Call;
  readonly body: Uint8Array;
  /** How long the server took, in milliseconds. */
  readonly costMs: number;
}

/** Watches calls of read-only tools that are not cached, and finds those that might well be. */
export class Suggestions {
  readonly #clock: Clock;
  readonly #calls = new LRUCache<string, Seen>({ max: MAX_CALLS });
  readonly #tools = new LRUCache<string, Evidence>({ max: MAX_TOOLS });
  #second = 0;
  #left = MAX_PER_SECOND;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  watch({ call, body, costMs }: Observation): void {
    const now = this.#clock.monotonic();
    const { bytes } = call.request.arguments;
    if (bytes.length > MAX_ARGUMENT_BYTES || body.length > MAX_ANSWER_BYTES) return;
    if (!this.#mayLook(now)) return;
    const { id, fingerprint } = call.tool;
    const what = `${principalKey(call.principal)}\0${id}\0${fingerprint}\0${hash("sha1", bytes)}`;
    const answer = hash("sha1", body);
    const seen = this.#calls.get(what);
    if (seen === undefined) {
      this.#calls.set(what, { answer, at: now, alikeSince: now });
      return;
    }
    const isAlike = seen.answer === answer;
    if (!isAlike) seen.alikeSince = now;
    this.#note(call.tool, {
      gapMs: now - seen.at,
      alikeMs: now - seen.alikeSince,
      isAlike,
      costMs,
    });
    seen.answer = answer;
    seen.at = now;
  }

  /** The tools whose identical calls kept answering alike, those that would have saved most first. */
  list(): CacheSuggestion[] {
    return [...this.#tools.entries()]
      .filter(
        ([, { repeats, alike }]) =>
          repeats >= LEAST_REPEATS && alike / repeats >= LEAST_ALIKE_RATIO,
      )
      .map(([tool, evidence]) => suggestionOf(tool, evidence))
      .toSorted((a, b) => b.wouldHaveSavedMs - a.wouldHaveSavedMs || (a.tool < b.tool ? -1 : 1));
  }

  #mayLook(now: number): boolean {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#left = MAX_PER_SECOND;
    }
    this.#left -= 1;
    return this.#left >= 0;
  }

  #note(
    tool: Tool,
    repeat: { gapMs: number; alikeMs: number; isAlike: boolean; costMs: number },
  ): void {
    const evidence = this.#tools.get(tool.id) ?? newEvidence(tool);
    this.#tools.set(tool.id, evidence);
    evidence.gapsMs[evidence.repeats % MAX_GAPS] = repeat.gapMs;
    evidence.repeats += 1;
    if (!repeat.isAlike) return;
    evidence.alike += 1;
    evidence.savedMs += repeat.costMs;
    evidence.longestAlikeMs = Math.max(evidence.longestAlikeMs, repeat.alikeMs);
  }
}

function newEvidence({ server, name }: Tool): Evidence {
  return { server, name, repeats: 0, alike: 0, gapsMs: [], longestAlikeMs: 0, savedMs: 0 };
}

function suggestionOf(tool: string, evidence: Evidence): CacheSuggestion {
  const { server, name, repeats, alike, gapsMs, longestAlikeMs, savedMs } = evidence;
  const fitting = ROUND_TTLS_MS.findLast((ttlMs) => ttlMs <= longestAlikeMs);
  return {
    tool,
    server,
    name,
    repeats,
    alike,
    medianGapMs: Math.round(gapsMs.toSorted((a, b) => a - b)[gapsMs.length >> 1] ?? 0),
    longestAlikeMs: Math.round(longestAlikeMs),
    suggestedTtlMs: fitting ?? ROUND_TTLS_MS[0]!,
    wouldHaveSavedMs: Math.round(savedMs),
  };
}
