import { GatewayError } from "../../kernel/errors.ts";
import { rawJson } from "../../kernel/raw-json.ts";
import { createScope } from "../../kernel/scope.ts";
import type { ServerId, Tool } from "../catalog/index.ts";
import type { CachePolicy, Caches, CacheStats, InvalidateRequest } from "./caches.ts";
import type { CacheParts } from "./create-caches.ts";
import { callKey } from "./keys/call-key.ts";
import type { CacheOptions } from "./options.ts";
import type { CacheScope } from "./shared-cache.ts";
import { warmMemory } from "./warm-memory.ts";

type Operations = Omit<Caches, "stages" | "stale" | "generationOf">;

const NO_ARGUMENTS = /* @__PURE__ */ Buffer.from("{}");

/** What operators and other features do with the caches, and what the caches hear of. */
export function createCacheOperations(options: CacheOptions, parts: CacheParts): Operations {
  const { cachings, catalog, invalidations, near, shared, suggestions } = parts;
  const scope = createScope();
  scope.use(parts.background);
  scope.use(invalidations);
  listen(parts, scope);
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
    if (!caching.semantic.enabled || near === undefined || !caching.policy.cached) {
      return caching.policy;
    }
    return { ...caching.policy, semantic: near.policyOf(caching) };
  }

  function mightBeCached(tool: Tool | undefined): boolean {
    return tool !== undefined && cachings.of(tool).mayDeclare;
  }

  return {
    policy,
    stats: () => statsOf(options, parts),
    sharedStatus: () => shared?.status(),
    suggest: () => suggestions.list().filter(({ tool }) => mightBeCached(catalog.tool(tool))),
    async invalidate(request) {
      checkNamed(request);
      const { key } = request;
      await invalidations.run(scopesOf(request, parts));
      if (key === undefined) return;
      revoke(key, parts);
      if (shared === undefined) return;
      await shared.remove(key);
      revoke(key, parts);
    },
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

function revoke(key: string, { clock, memory, semantic }: CacheParts): void {
  memory.revoke(key, clock.monotonic());
  semantic?.remove(key);
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

function checkNamed({ server, tool, tag, key }: InvalidateRequest): void {
  if ((server ?? tool ?? tag ?? key) !== undefined) return;
  const message = "Nothing is named to invalidate: give at least one of server, tool, tag and key.";
  const violations = [{ path: "", message: "must name server, tool, tag or key" }];
  throw new GatewayError("invalid-request", message, { violations });
}

/** With `server` and `tool`, both must fit; a tool is named by its id, or by its name on the server. */
function scopesOf({ server, tool, tag }: InvalidateRequest, parts: CacheParts): CacheScope[] {
  const scopes: CacheScope[] = tag === undefined ? [] : [`tag:${tag}`];
  if (tool === undefined) return server === undefined ? scopes : [...scopes, `server:${server}`];
  const known = parts.catalog.tool(tool);
  if (server === undefined) return [...scopes, `tool:${known?.id ?? tool}`];
  const named = parts.catalog
    .toolsOf(server as ServerId)
    .find(({ id, name }) => id === (known?.id ?? tool) || name === tool);
  return named === undefined ? scopes : [...scopes, `tool:${named.id}`];
}
