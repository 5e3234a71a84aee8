import { createGlobMatcher, type TextMatcher } from "../../../kernel/glob.ts";
import { serverOfToolId, type Catalog } from "../../catalog/index.ts";
import type { CompositionRules } from "../compiled-plan.ts";
import type { CompositionRule } from "../options.ts";

const TAG = "tag:";

interface CompiledRule {
  readonly isAfter: TextMatcher;
  readonly isForbidden: TextMatcher;
  readonly reason: string;
}

/** Makes the check of `plans.rules`. Cost of a look: rules × globs, and the tools before where one applies. */
export function createCompositionRules(
  rules: readonly CompositionRule[],
  { catalog }: { readonly catalog: Pick<Catalog, "tool" | "server"> },
): CompositionRules {
  const compiled = rules.map(({ after, forbid, reason }): CompiledRule => ({
    isAfter: createToolMatcher(after, catalog),
    isForbidden: createToolMatcher(forbid, catalog),
    reason,
  }));
  return {
    broken(before, tool) {
      for (const { isAfter, isForbidden, reason } of compiled) {
        if (!isForbidden(tool)) continue;
        for (const earlier of before) {
          if (isAfter(earlier)) return `${tool} may not follow ${earlier}: ${reason}`;
        }
      }
      return undefined;
    },
    concern: (tool) =>
      compiled.some(({ isAfter, isForbidden }) => isAfter(tool) || isForbidden(tool)),
  };
}

/** Matches tool ids against globs, and against the tags of their servers as they are then. */
function createToolMatcher(
  patterns: readonly string[],
  catalog: Pick<Catalog, "tool" | "server">,
): TextMatcher {
  const isNamed = createGlobMatcher(patterns.filter((pattern) => !pattern.startsWith(TAG)));
  const tags = new Set(
    patterns.filter((pattern) => pattern.startsWith(TAG)).map((tag) => tag.slice(TAG.length)),
  );
  return (id) => {
    if (isNamed(id)) return true;
    if (tags.size === 0) return false;
    // A tool that its server takes back after its call stays what it was.
    const server = catalog.tool(id)?.server ?? serverOfToolId(id);
    const known = server && catalog.server(server);
    return known?.tags.some((tag) => tags.has(tag)) === true;
  };
}
