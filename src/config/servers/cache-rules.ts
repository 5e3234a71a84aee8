import { z } from "zod";
import type {
  SemanticOptions,
  ServerCacheRules,
  ToolCacheRules,
} from "../../core/cache/options.ts";

const durationMs = z.int().min(0).max(604_800_000);
const ratio = z.number().min(0).max(1);
const names = z.array(z.string().min(1).max(200)).max(100);
/** An entry is invalidated by 16 scopes at most, of which its server and its tool are two. */
const tags = z.array(z.string().min(1).max(200)).max(14);

const semantic = {
  enabled: z.boolean().exactOptional(),
  threshold: z.number().min(0.5).max(1).exactOptional(),
  verifyRatio: ratio.exactOptional(),
  maxErrorRate: ratio.exactOptional(),
} satisfies { readonly [Key in keyof SemanticOptions]: z.ZodType };

const rules = {
  ttlMs: durationMs.exactOptional(),
  staleWhileRevalidateMs: durationMs.exactOptional(),
  staleIfErrorMs: durationMs.exactOptional(),
  scope: z.enum(["identity", "tenant", "public"]).exactOptional(),
  tags: tags.exactOptional(),
  invalidates: names.exactOptional(),
  ignoreArguments: names.exactOptional(),
  vary: names.exactOptional(),
  semantic: z.strictObject(semantic).exactOptional(),
} satisfies { readonly [Key in keyof Required<ToolCacheRules>]: z.ZodType };

/** Schema of `cache` in a server's entry. */
export const cacheRulesSchema: z.ZodType<ServerCacheRules> = z.strictObject({
  ...rules,
  tools: z.record(z.string().min(1).max(200), z.strictObject(rules)).exactOptional(),
});
