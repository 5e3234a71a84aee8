import type { Caches } from "../../core/cache/index.ts";
import type { Tool } from "../../core/catalog/index.ts";

/** How a tool's answers are kept, as the API tells it. */
export function presentCachePolicy(tool: Tool, caches: Pick<Caches, "policy">): object {
  return { ...caches.policy(tool), coalesced: tool.readOnly };
}
