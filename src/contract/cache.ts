import { z } from "zod";
import { sharedCacheSchema } from "./status.ts";

const durationMs = z.number().describe("Milliseconds.");

const lookUps = { hits: z.int(), misses: z.int() };
const tierShape = {
  ...lookUps,
  entries: z
    .int()
    .describe("Held; void ones too, until they are asked for or their room is needed."),
  bytes: z.int(),
};

/** Answer of `GET /v1/cache`: what the caches did since the start. */
export const cacheStatsSchema = z.object({
  mode: z.enum(["declared", "readonly", "off"]).describe("`cache.mode`."),
  l1: z
    .object({ ...tierShape, maxBytes: z.int(), maxEntries: z.int() })
    .describe("In this process's memory."),
  l2: sharedCacheSchema
    .extend(lookUps)
    .optional()
    .describe("In Redis, shared by replicas; absent where none is configured."),
  l3: z.object(tierShape).describe("Answers to calls that mean nearly the same."),
  savedMs: z.number().describe("Time that servers would have taken for the hits, milliseconds."),
  tools: z
    .array(
      z.object({
        tool: z.string(),
        hits: z.int(),
        misses: z.int().describe("Calls that were sent to the server."),
        coalesced: z
          .int()
          .describe("Calls that shared an equal one under way: neither hits nor misses."),
        stale: z.int().describe("Hits past their time to live."),
        savedMs: durationMs,
      }),
    )
    .describe("The tools with the most look-ups, at most 100."),
  remarks: z
    .array(
      z.object({
        server: z.string(),
        setting: z.string().describe("Where it stands in the server's entry."),
        message: z.string(),
        tools: z.array(z.string()).describe("The tools that it concerns."),
      }),
    )
    .describe("Cache rules that have no effect, or another one than it seems."),
});

/** How a tool's answers are kept, and why. */
export const cachePolicySchema = z.object({
  cached: z.boolean().describe("Whether answers are kept."),
  why: z.string().describe("Which setting or hint decided, and what would change it."),
  coalesced: z.boolean().describe("Whether equal calls under way at once are sent once."),
  ttlMs: durationMs,
  staleWhileRevalidateMs: durationMs,
  staleIfErrorMs: durationMs,
  scope: z.enum(["identity", "tenant", "public"]).describe("Whose answers may serve whom."),
  tags: z.array(z.string()),
  ignoreArguments: z.array(z.string()),
  vary: z.array(z.string()),
  invalidates: z.array(z.string()).describe("What a call of the tool makes void."),
  notes: z
    .array(z.string())
    .optional()
    .describe("Rules that say something of the tool without effect; absent where nothing is odd."),
  semantic: z
    .object({
      enabled: z.boolean(),
      threshold: z.number(),
      verifyRatio: z.number(),
      maxErrorRate: z.number(),
      effectiveThreshold: z.number().describe("In force, after what verification has found."),
      switchedOff: z.string().optional().describe("Why verification has switched it off."),
    })
    .optional(),
});

/** Body of `POST /v1/cache/explain`. */
export const explainCacheSchema = z.strictObject({
  tool: z.string().min(1).max(256).describe("The tool's id."),
  arguments: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("The arguments of a call, to learn its key."),
});

/** Answer of `POST /v1/cache/explain`. */
export const cacheExplanationSchema = z.object({
  tool: z.string(),
  policy: cachePolicySchema,
  key: z.string().optional().describe("Of the call with these arguments, as this caller."),
  uncachedReason: z.string().optional().describe("Why such a call is not kept."),
});

/** Answer of `GET /v1/cache/suggestions`. */
export const cacheSuggestionsSchema = z.object({
  suggestions: z
    .array(
      z.object({
        tool: z.string(),
        server: z.string(),
        name: z.string().describe("The server's own name for the tool."),
        repeats: z.int().describe("Calls that had been made before with the same arguments."),
        alike: z.int().describe("How many of these were answered alike."),
        medianGapMs: durationMs,
        longestAlikeMs: durationMs,
        suggestedTtlMs: durationMs,
        wouldHaveSavedMs: durationMs,
      }),
    )
    .describe("Tools that are not cached and whose repeated calls were answered alike."),
});

const name = z.string().min(1).max(256);

/** Body of `POST /v1/cache/invalidate`: at least one member. All that are named go; a tool beside a server is one of that server. */
export const invalidateCacheSchema = z
  .strictObject({
    server: name.optional().describe("All entries of this server."),
    tool: name
      .optional()
      .describe(
        "All entries of this tool, by its id or, beside server, by the server's own name for it.",
      ),
    tag: name.optional().describe("All entries with this tag."),
    key: name
      .optional()
      .describe(
        "One entry, by the key that an explanation gives; the key is of the caller who asked for it.",
      ),
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), {
    message: "must name at least one of server, tool, tag and key",
  });

/** Answer of `POST /v1/cache/invalidate`. */
export const cacheInvalidatedSchema = z.object({
  status: z.literal("invalidated"),
  notes: z
    .array(z.object({ member: z.enum(["tag", "key"]), message: z.string() }))
    .optional()
    .describe("What was named and is not known here; absent where all is."),
});
