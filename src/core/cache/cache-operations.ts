import { rawJson } from "../../kernel/raw-json.ts";
import { createScope } from "../../kernel/scope.ts";
import type { Tool } from "../catalog/index.ts";
import type { CachePolicy, Caches, CacheStats } from "./caches.ts";
import type { CacheParts } from "./create-caches.ts";
import { invalidateNamed, revoke } from "./invalidate/invalidate-named.ts";
import { callKey } from "./keys/call-key.ts";
import type { CacheOptions } from "./options.ts";
import type { CacheScope } from "./shared-cache.ts";
import { watchRules } from "./policy/watch-rules.ts";
import { warmMemory } from "./warm-memory.ts";

type Operations = Omit<Caches, "stages" | "stale" | "generationOf">;

const NO_ARGUMENTS = /* @__PURE__ */ Buffer.from("{}");

/** What operators and other features do with the caches, and what the caches hear of. */
export function createCacheOperations(options: CacheOptions, parts: CacheParts): Operations {
  const { cachings, catalog, invalidations, near, ruleBook, shared, suggestions } = parts;
  const scope = createScope();
  scope.use(parts.background);
  scope.use(invalidations);
  listen(parts, scope);
  const watch = scope.use(watchRules(parts));
  if (shared !== undefined && options.warmEntries > 0) {
    const stopping = new AbortController();
    const warming = warmMemory(options.warmEntries, { ...parts, shared }, stopping.signal);
    scope.defer(() => {
      stopping.abort();
      return warming;
    });
  }

  function policy(tool: Tool): CachePolicy {
    const caching = cachings.of(tool);
    const notes = ruleBook.remarks().filter(({ tools }) => tools.includes(tool.id));
    const told = {
      ...caching.policy,
      invalidates: ruleBook.invalidatedBy(caching),
      ...(notes.length === 0 ? {} : { notes: notes.map(({ message }) => message) }),
    };
    if (!caching.semantic.enabled || near === undefined || !told.cached) return told;
    return { ...told, semantic: near.policyOf(caching) };
  }

  function mightBeCached(tool: Tool | undefined): boolean {
    return tool !== undefined && cachings.of(tool).mayDeclare;
  }

  return {
    policy,
    stats: () => statsOf(options, parts),
    sharedStatus: () => shared?.status(),
    suggest: () => suggestions.list().filter(({ tool }) => mightBeCached(catalog.tool(tool))),
    remarks: () => ruleBook.remarks(),
    rulesChanged: () => watch.soon(),
    invalidate: (request) => invalidateNamed(request, parts),
    serverChanged(server) {
      invalidations.runInBursts(`server:${server}`);
    },
    explain(tool, principal, args) {
      const caching = cachings.of(tool);
      const explained = policy(tool);
      if (!explained.cached) return { policy: explained, uncachedReason: explained.why };
      const request = { arguments: args ?? rawJson(NO_ARGUMENTS) };
      const { key, reason } = callKey(request, principal, caching.keyRules);
      return key === undefined
        ? { policy: explained, uncachedReason: reason }
        : { policy: explained, key };
    },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

/** Hears of other replicas' invalidations, and of tools that are gone. */
function listen(parts: CacheParts, scope: ReturnType<typeof createScope>): void {
  const { catalog, generations, memory, metrics, semantic, shared } = parts;
  scope.use(
    catalog.onChange(({ removed, changed }) => {
      const gone = new Set<CacheScope>([...removed, ...changed].map(({ id }) => `tool:${id}`));
      if (gone.size > 0 && memory.size > 0) {
        memory.sweep(({ record }) => record.scopes.some((name) => gone.has(name)));
      }
    }),
  );
  if (shared !== undefined) {
    scope.use(
      shared.onInvalidated((what) => {
        if (what === "all") return generations.bumpAll();
        if ("scopes" in what) return generations.bump(what.scopes);
        revoke(what.key, parts);
      }),
    );
  }
  const gauges = {
    bytes: metrics.bind("cacheBytes", { tier: "l1" }),
    semanticBytes: metrics.bind("cacheBytes", { tier: "l3" }),
    entries: metrics.bind("cacheEntries", { tier: "l1" }),
    semanticEntries: metrics.bind("cacheEntries", { tier: "l3" }),
  };
  metrics.onCollect(() => {
    gauges.bytes.set(memory.bytes);
    gauges.entries.set(memory.size);
    gauges.semanticBytes.set(semantic?.bytes ?? 0);
    gauges.semanticEntries.set(semantic?.size ?? 0);
  });
}

function statsOf({ mode, maxBytes, maxEntries }: CacheOptions, parts: CacheParts): CacheStats {
  const { counters, memory, semantic, shared } = parts;
  return {
    mode,
    l1: { ...counters.of("l1"), entries: memory.size, bytes: memory.bytes, maxBytes, maxEntries },
    ...(shared === undefined ? {} : { l2: { ...counters.of("l2"), ...shared.status() } }),
    l3: { ...counters.of("l3"), entries: semantic?.size ?? 0, bytes: semantic?.bytes ?? 0 },
    savedMs: counters.savedMs,
    tools: counters.tools(),
  };
}
