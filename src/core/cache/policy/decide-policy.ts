import type { Tool } from "../../catalog/index.ts";
import type { Isolation } from "../../upstream/index.ts";
import type { CachePolicy } from "../caches.ts";
import type { CacheOptions, CacheSharing, SemanticOptions, ToolCacheRules } from "../options.ts";

/** What a tool's policy is decided from. */
export interface PolicyGrounds {
  readonly tool: Tool;
  readonly options: CacheOptions;
  readonly rules: ToolCacheRules;
  /** Which setting its `ttlMs` comes from. */
  readonly ttlSetting: string;
  /** `undefined` for tools that stand behind no server of their own, such as composites. */
  readonly isolation: Isolation | undefined;
  /** Whether an answer of the tool has carried a `ttlMs`. */
  readonly hasDeclared: boolean;
}

/** Where the time to live comes from; `none` where nothing is cached. */
export type TtlSource = "config" | "mode" | "server" | "none";

/** The policy without what verification found, and what its time to live rests on. */
export interface DecidedPolicy {
  readonly policy: Omit<CachePolicy, "semantic">;
  readonly semantic: SemanticOptions;
  readonly source: TtlSource;
  /** Whether it would be cached if its server told a `ttlMs` with an answer. */
  readonly mayDeclare: boolean;
}

const DEFAULT_STALE_IF_ERROR_MS = 86_400_000;
/** An entry has 16 scopes at most; its server's and its tool's are among them. */
const MAX_TAGS = 14;

/** Decides how a tool's answers are cached; see docs/caching.md for the order of the grounds. */
export function decidePolicy(grounds: PolicyGrounds): DecidedPolicy {
  const { tool, options, rules } = grounds;
  const { source, why, mayDeclare = false } = judge(grounds);
  const { scope, note } = scopeOf(rules.scope ?? "identity", grounds.isolation);
  const isCached = source !== "none";
  return {
    source,
    mayDeclare,
    semantic: { ...options.semantic, ...rules.semantic },
    policy: {
      cached: isCached,
      why: isCached ? `${why}${note}` : why,
      ttlMs: ttlOf(source, grounds),
      staleWhileRevalidateMs: rules.staleWhileRevalidateMs ?? 0,
      staleIfErrorMs: rules.staleIfErrorMs ?? DEFAULT_STALE_IF_ERROR_MS,
      scope,
      tags: unique(rules.tags),
      ignoreArguments: unique(rules.ignoreArguments),
      vary: unique(rules.vary),
      invalidates: tool.readOnly ? [] : invalidatedBy(grounds),
    },
  };
}

interface Judgement {
  readonly source: TtlSource;
  readonly why: string;
  readonly mayDeclare?: boolean;
}

function judge(grounds: PolicyGrounds): Judgement {
  const { tool, options, rules } = grounds;
  const refusal = refusalOf(grounds);
  if (refusal !== undefined) return { source: "none", why: refusal };
  if (rules.ttlMs !== undefined) {
    return { source: "config", why: setsTtl(grounds) };
  }
  if (options.mode === "readonly") {
    const why = `cache.mode is "readonly" and the tool is read-only: fresh for cache.ttlMs, ${options.ttlMs}, or as long as its server says.`;
    return { source: "mode", why };
  }
  if (grounds.hasDeclared) {
    return { source: "server", why: "Its server says with each answer how long it holds (ttlMs)." };
  }
  const why = `cache.mode is "declared", and neither the configuration nor an answer of the server gives a ttlMs; set cache.ttlMs for server "${tool.server}", or cache.mode to "readonly".`;
  return { source: "none", why, mayDeclare: true };
}

/** Why a tool is never cached, whatever its server says. */
function refusalOf(grounds: PolicyGrounds): string | undefined {
  const { tool, options, rules, isolation } = grounds;
  if (options.mode === "off") return 'cache.mode is "off".';
  if (isolation === undefined) {
    return "It is a composite, no server's own tool: the calls inside it are cached one by one, each as its own tool is, and those that may write void what their own servers keep.";
  }
  if (!tool.readOnly) {
    return "Its server does not mark it read-only (readOnlyHint): a call may change something.";
  }
  if (rules.ttlMs === 0) return setsTtl(grounds);
  const tags = unique(rules.tags).length;
  return tags > MAX_TAGS ? `It has ${tags} cache.tags; ${MAX_TAGS} are possible.` : undefined;
}

function setsTtl({ tool, rules, ttlSetting }: PolicyGrounds): string {
  return `The configuration of server "${tool.server}" sets ${ttlSetting} to ${rules.ttlMs}.`;
}

function scopeOf(
  wanted: CacheSharing,
  isolation: Isolation | undefined,
): { readonly scope: CacheSharing; readonly note: string } {
  if (wanted === "identity" || isolation === "shared") return { scope: wanted, note: "" };
  const note = ` Its answers are not shared (cache.scope "${wanted}"), since its server's isolation is "${isolation}".`;
  return { scope: "identity", note };
}

function ttlOf(source: TtlSource, { options, rules }: PolicyGrounds): number {
  if (source === "config") return rules.ttlMs ?? 0;
  return source === "mode" ? options.ttlMs : 0;
}

function invalidatedBy({ tool, rules }: PolicyGrounds): string[] {
  if (rules.invalidates === undefined) return [`server:${tool.server}`];
  return unique(rules.invalidates).map((tag) => `tag:${tag}`);
}

function unique(names: readonly string[] = []): string[] {
  return [...new Set(names)];
}
