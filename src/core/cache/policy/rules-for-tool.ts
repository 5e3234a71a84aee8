import { createGlobMatcher } from "../../../kernel/glob.ts";
import type { ServerCacheRules, ToolCacheRules } from "../options.ts";

/**
 * What an operator says of one tool: the members of the first rule under `tools` whose glob fits its
 * upstream name, and for the rest the server's own.
 */
export function rulesForTool(rules: ServerCacheRules | undefined, name: string): ToolCacheRules {
  if (rules === undefined) return {};
  const { tools = {}, ...ofServer } = rules;
  const glob = globForTool(rules, name);
  if (glob === undefined) return ofServer;
  const ofTool = tools[glob]!;
  const semantic = { ...ofServer.semantic, ...ofTool.semantic };
  const merged = { ...ofServer, ...ofTool };
  return Object.keys(semantic).length === 0 ? merged : { ...merged, semantic };
}

/** The first glob under `tools` that fits a tool's upstream name. */
export function globForTool(rules: ServerCacheRules | undefined, name: string): string | undefined {
  return Object.keys(rules?.tools ?? {}).find((glob) => createGlobMatcher([glob])(name));
}

/** Where a member stands in a server's entry: `cache.ttlMs`, `cache.tools.search_*.ttlMs`. */
export function settingName(glob: string | undefined, member: string): string {
  return glob === undefined ? `cache.${member}` : `cache.tools.${glob}.${member}`;
}

/** Which setting gives a tool a member of its rules. */
export function settingForTool(
  rules: ServerCacheRules | undefined,
  name: string,
  member: keyof ToolCacheRules,
): string {
  const glob = globForTool(rules, name);
  const isOfTool = glob !== undefined && rules?.tools?.[glob]?.[member] !== undefined;
  return settingName(isOfTool ? glob : undefined, member);
}
