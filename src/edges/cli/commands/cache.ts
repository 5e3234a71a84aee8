import type { AddCommand } from "../command/run-command.ts";
import { addCacheExplain } from "./cache/explain.ts";
import { addCacheInvalidate } from "./cache/invalidate.ts";
import { addCacheStats } from "./cache/stats.ts";
import { addCacheSuggest } from "./cache/suggest.ts";

export const addCache: AddCommand = (parent, run) => {
  const group = parent
    .command("cache")
    .description("See what the caches do and why, and make cached answers void.")
    .enablePositionalOptions();
  const commands = [addCacheStats, addCacheExplain, addCacheSuggest, addCacheInvalidate];
  for (const add of commands) add(group, run);
  return group;
};
