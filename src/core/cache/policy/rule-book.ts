import type { Catalog, ServerId } from "../../catalog/index.ts";
import type { RuleRemark } from "../caches.ts";
import type { ServerCacheRules } from "../options.ts";
import type { CacheScope } from "../shared-cache.ts";
import type { Caching } from "./caching.ts";
import { judgeRules, tagsKept, tagsNamed } from "./judge-rules.ts";

export interface RuleBookDeps {
  readonly catalog: Pick<Catalog, "version" | "servers" | "toolsOf">;
  readonly rulesOf: (server: ServerId) => ServerCacheRules | undefined;
}

/** All servers' rules beside all their tools. */
export interface RuleBook {
  /** What has no effect, or another one than it seems. */
  remarks(): readonly RuleRemark[];
  /** Whether any rule gives the tag. */
  hasTag(tag: string): boolean;
  /** What a call of the tool invalidates: with tags that nothing can be kept under alone, its whole server too. */
  invalidatedBy(caching: Caching): readonly CacheScope[];
}

const TAG = "tag:";

interface Reading {
  readonly version: number;
  readonly rules: readonly (ServerCacheRules | undefined)[];
  readonly remarks: readonly RuleRemark[];
  readonly named: ReadonlySet<string>;
  readonly kept: ReadonlySet<string>;
}

/** Makes the book; it is read anew when the catalogue or any rules are others. */
export function createRuleBook({ catalog, rulesOf }: RuleBookDeps): RuleBook {
  let last: Reading | undefined;

  function read(): Reading {
    const servers = catalog.servers().map(({ id }) => ({ id, rules: rulesOf(id) }));
    const isCurrent =
      last?.version === catalog.version &&
      last.rules.length === servers.length &&
      servers.every(({ rules }, at) => rules === last?.rules[at]);
    if (last === undefined || !isCurrent) last = readAnew(servers);
    return last;
  }

  function readAnew(
    servers: readonly { id: ServerId; rules: ServerCacheRules | undefined }[],
  ): Reading {
    const ruled = servers.flatMap(({ id, rules }) =>
      rules === undefined ? [] : [{ server: id, rules, tools: catalog.toolsOf(id) }],
    );
    const knownTags = new Set(ruled.flatMap(({ rules, tools }) => tagsKept(rules, tools)));
    return {
      version: catalog.version,
      rules: servers.map(({ rules }) => rules),
      remarks: ruled.flatMap((one) => judgeRules({ ...one, knownTags })),
      named: new Set(ruled.flatMap(({ rules }) => tagsNamed(rules))),
      kept: knownTags,
    };
  }

  return {
    remarks: () => read().remarks,
    hasTag: (tag) => read().named.has(tag),
    invalidatedBy({ tool, policy: { invalidates } }) {
      const tags = invalidates.filter((scope) => scope.startsWith(TAG));
      if (tags.length === 0 || tags.length < invalidates.length) return invalidates;
      const { kept } = read();
      if (tags.some((scope) => kept.has(scope.slice(TAG.length)))) return invalidates;
      return [`server:${tool.server}`, ...tags];
    },
  };
}
