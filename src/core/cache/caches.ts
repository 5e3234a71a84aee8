import type { RawJson } from "../../kernel/raw-json.ts";
import type { Principal } from "../access/index.ts";
import type { Call, PluggedStages } from "../calls/index.ts";
import type { ServerId, Tool } from "../catalog/index.ts";
import type { CacheSharing, SemanticOptions } from "./options.ts";
import type { SharedCacheStatus } from "./shared-cache.ts";

/** How a tool's answers are cached, and why. */
export interface CachePolicy {
  readonly cached: boolean;
  /** In words: which setting or hint decided, and what would change it. */
  readonly why: string;
  readonly ttlMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly scope: CacheSharing;
  readonly tags: readonly string[];
  readonly ignoreArguments: readonly string[];
  readonly vary: readonly string[];
  /** What a call of the tool invalidates: scopes such as `server:users`; empty for tools that only read. */
  readonly invalidates: readonly string[];
  /** What the rules say of the tool and has no effect, or another one than it seems; absent where nothing is odd. */
  readonly notes?: readonly string[];
  readonly semantic?: SemanticOptions & {
    /** The threshold in force, after what verification has found. */
    readonly effectiveThreshold: number;
    /** Set when verification found too many wrong answers. */
    readonly switchedOff?: string;
  };
}

/** What one tier was asked since the start. */
export interface LookUpStats {
  readonly hits: number;
  readonly misses: number;
}

/** What one tier did since the start, and what it holds: void entries too, until they are asked for or room is needed. */
export interface TierStats extends LookUpStats {
  readonly entries: number;
  readonly bytes: number;
}

/** What the caches did for one tool. */
export interface ToolCacheStats {
  readonly tool: string;
  readonly hits: number;
  /** Calls that were sent to the server, or with `cache: "only"` failed. */
  readonly misses: number;
  /** Calls that shared an equal one under way: neither hits nor misses. */
  readonly coalesced: number;
  /** Hits that were past their time to live. */
  readonly stale: number;
  /** Time that the server would have taken to answer the hits, in milliseconds. */
  readonly savedMs: number;
}

/** For `GET /v1/cache`, `cache stats` and `status`. */
export interface CacheStats {
  readonly mode: string;
  readonly l1: TierStats & { readonly maxBytes: number; readonly maxEntries: number };
  /** What it holds, only it knows. */
  readonly l2?: LookUpStats & SharedCacheStatus;
  readonly l3: TierStats;
  readonly savedMs: number;
  /** The tools with the most hits and misses, at most 100. */
  readonly tools: readonly ToolCacheStats[];
}

/** What in a server's rules has no effect on the tools that it has, or another one than it seems. */
export interface RuleRemark {
  readonly server: string;
  /** Where it stands in the server's entry, such as `cache.tools.get_*.ttlMs`. */
  readonly setting: string;
  /** A sentence that names the setting, what is wrong and how to mend it. */
  readonly message: string;
  /** The tools that it concerns. */
  readonly tools: readonly string[];
}

/** What was named to be invalidated and is not known here, in words; it was voided all the same. */
export interface InvalidationNote {
  readonly member: "tag" | "key";
  readonly message: string;
}

/** A tool that might well be cached. */
export interface CacheSuggestion {
  readonly tool: string;
  /** Where to write it: the server, and its own name for the tool. */
  readonly server: string;
  readonly name: string;
  /** Calls that had been made before with the same arguments. */
  readonly repeats: number;
  /** How many of these were answered alike. */
  readonly alike: number;
  /** Times between a call and its repetition, in milliseconds. */
  readonly medianGapMs: number;
  /** The longest time over which answers stayed alike, in milliseconds. */
  readonly longestAlikeMs: number;
  /** What to write into the config. */
  readonly suggestedTtlMs: number;
  /** Time that it would have saved so far, in milliseconds. */
  readonly wouldHaveSavedMs: number;
}

/** Which entries are to go; at least one member. All that are named go, but with `server` and `tool` both must fit. */
export interface InvalidateRequest {
  readonly server?: string;
  readonly tool?: string;
  readonly tag?: string;
  readonly key?: string;
}

/** An answer that is past its time, but better than none. */
export interface StaleAnswer {
  readonly body: RawJson;
  readonly ageMs: number;
}

/** The caches of tool results. */
export interface Caches extends AsyncDisposable {
  /** Their places in the pipeline. */
  readonly stages: Required<Pick<PluggedStages, "invalidate" | "cache">>;
  policy(tool: Tool): CachePolicy;
  stats(): CacheStats;
  /** How the cache that replicas share is doing; `undefined` where none is configured. */
  sharedStatus(): SharedCacheStatus | undefined;
  suggest(): readonly CacheSuggestion[];
  /** What is odd about the rules of servers whose tools are known. */
  remarks(): readonly RuleRemark[];
  /** Told when rules may be others than they were. */
  rulesChanged(): void;
  /**
   * Answers what was named and is not known here.
   * @throws GatewayError `invalid-request` when nothing is named; `unknown-server`, `unknown-tool`.
   */
  invalidate(request: InvalidateRequest): Promise<readonly InvalidationNote[]>;
  /** For when the server fails: an answer of any age that the policy allows, unless the call asks for a fresh one. */
  stale(call: Call): Promise<StaleAnswer | undefined>;
  /** Counts what may have changed the tool's answers: calls that begin at different counts are not one. */
  generationOf(tool: Tool): number;
  /** Told when a server says that what it holds has changed. */
  serverChanged(server: ServerId): void;
  /** The key of a call as `cache explain` shows it; `undefined` for a call that is not cached, with the reason. */
  explain(
    tool: Tool,
    principal: Principal,
    args?: RawJson,
  ): { readonly policy: CachePolicy; readonly key?: string; readonly uncachedReason?: string };
}
