import { createGlobMatcher } from "../../../kernel/glob.ts";
import type { ServerCacheRules, ToolCacheRules } from "../options.ts";

/**
 * What an operator says of one tool: the members of the first rule under `tools` whose glob fits its
 * upstream name, and for the rest the server's own.
 */
export function rulesForTool(rules: ServerCacheRules | undefined, name: string): ToolCacheRules {
  if (rules === undefined) return {};
  const { tools = {}, ...ofServer } = rules;
  const glob = Object.keys(tools).find((pattern) => createGlobMatcher([pattern])(name));
  if (glob === undefined) return ofServer;
  const ofTool = tools[glob]!;
  const semantic = { ...ofServer.semantic, ...ofTool.semantic };
  const merged = { ...ofServer, ...ofTool };
  return Object.keys(semantic).length === 0 ? merged : { ...merged, semantic };
}
