import { createHash } from "node:crypto";
import type { Tool } from "../../catalog/index.ts";
import type { ServerSpec } from "../../upstream/index.ts";
import { part, type KeyRules } from "../keys/call-key.ts";
import type { CacheScope } from "../shared-cache.ts";
import type { DecidedPolicy } from "./decide-policy.ts";

/** How one tool is cached, made ready for the hot path. */
export interface Caching extends DecidedPolicy {
  readonly tool: Tool;
  readonly keyRules: KeyRules;
  /** What its entries are invalidated by. */
  readonly scopes: readonly CacheScope[];
}

/** What the caching of a tool rests on. */
export interface CachingGrounds {
  readonly tool: Tool;
  readonly decided: DecidedPolicy;
  readonly spec: ServerSpec | undefined;
  readonly configHash: string;
}

/** A change of anything that stands in `place` keeps calls from what was kept before it. */
export function toCaching({ tool, decided, spec, configHash }: CachingGrounds): Caching {
  const { policy } = decided;
  const rules = JSON.stringify([
    policy.scope,
    policy.ttlMs,
    policy.staleWhileRevalidateMs,
    policy.staleIfErrorMs,
    policy.tags,
    policy.ignoreArguments,
    policy.vary,
  ]);
  const parts = [tool.server, configHash, tool.name, tool.fingerprint, rules];
  return {
    ...decided,
    tool,
    scopes: [`server:${tool.server}`, `tool:${tool.id}`, ...policy.tags.map((tag) => `tag:${tag}`)],
    keyRules: {
      place: createHash("sha256").update(parts.map(part).join("")).digest("base64url"),
      sharing: policy.scope,
      isolation: spec?.isolation ?? "session",
      ignored: new Set(policy.ignoreArguments),
      vary: new Set(policy.vary),
    },
  };
}
