import type { ServerId, Tool } from "../../catalog/index.ts";
import type { ServerSpec, Upstreams } from "../../upstream/index.ts";
import { createConfigHashes } from "../keys/config-hashes.ts";
import type { CacheOptions, ServerCacheRules } from "../options.ts";
import { toCaching, type Caching } from "./caching.ts";
import { decidePolicy } from "./decide-policy.ts";
import { rulesForTool, settingForTool } from "./rules-for-tool.ts";

export interface CachingsDeps {
  readonly upstreams: Pick<Upstreams, "spec">;
  readonly rulesOf: (server: ServerId) => ServerCacheRules | undefined;
}

/** How each tool is cached. */
export interface Cachings {
  /** Decided once, and again when the server's configuration or the rules for it are others. */
  of(tool: Tool): Caching;
  /** Told when an answer of the tool carried a `ttlMs`. */
  declared(tool: Tool): void;
}

interface Known {
  readonly spec: ServerSpec | undefined;
  readonly rules: ServerCacheRules | undefined;
  readonly caching: Caching;
}

/** Makes the book of all tools' caching; what it knows goes with the tools. */
export function createCachings(options: CacheOptions, deps: CachingsDeps): Cachings {
  const known = new WeakMap<Tool, Known>();
  const declaring = new WeakSet<Tool>();
  const configHash = createConfigHashes();

  function decide(tool: Tool, { spec, rules }: Omit<Known, "caching">): Caching {
    const decided = decidePolicy({
      tool,
      options,
      rules: rulesForTool(rules, tool.name),
      ttlSetting: settingForTool(rules, tool.name, "ttlMs"),
      isolation: spec?.isolation,
      hasDeclared: declaring.has(tool),
    });
    const hash = spec === undefined ? "" : configHash(spec);
    return toCaching({ tool, decided, spec, configHash: hash });
  }

  return {
    of(tool) {
      const spec = deps.upstreams.spec(tool.server);
      const rules = deps.rulesOf(tool.server);
      const before = known.get(tool);
      if (before?.spec === spec && before?.rules === rules && before !== undefined) {
        return before.caching;
      }
      const caching = decide(tool, { spec, rules });
      known.set(tool, { spec, rules, caching });
      return caching;
    },
    declared(tool) {
      if (declaring.has(tool)) return;
      declaring.add(tool);
      known.delete(tool);
    },
  };
}
