import { z } from "zod";

/** Servers by state. */
export const serverCountsSchema = z.object({
  total: z.int(),
  connecting: z.int(),
  ready: z.int(),
  degraded: z.int(),
  disconnected: z.int(),
  "needs-auth": z.int(),
  disabled: z.int(),
});

const sharedCacheState = z.enum(["connecting", "ready", "away"]);

/** How the Redis that replicas share is doing; calls go on without it. */
export const sharedCacheSchema = z.object({
  state: sharedCacheState,
  reason: z.string().optional().describe("Why it is away, or takes no entries."),
  target: z.string().describe("Its address, without credentials."),
  since: z.number().describe("When it came into this state, in milliseconds since the epoch."),
  damagedEntries: z.int().optional().describe("Entries found that could not be read."),
});

/** Answer of `GET /healthz`. */
export const healthAnswerSchema = z.object({ status: z.literal("ok") });

/** Answer of `GET /readyz`, with status 200 or 503. */
export const readinessSchema = z.object({
  ready: z.boolean().describe("Whether the edges listen and the index answers."),
  reason: z.string().optional().describe("Why not."),
  servers: serverCountsSchema,
  tools: z.int().describe("Tools in the catalogue."),
  indexedTools: z.int().describe("Tools that can be found."),
  sharedCache: z
    .object({ state: sharedCacheState })
    .optional()
    .describe("The Redis that replicas share, if one is configured; it does not decide."),
});

/** Answer of `GET /v1/status`. */
export const statusSchema = z.object({
  version: z.string(),
  startedAt: z.number().describe("Milliseconds since the epoch."),
  uptimeMs: z.number(),
  pid: z.int(),
  rssBytes: z.int(),
  servers: serverCountsSchema,
  tools: z.int(),
  callsInFlight: z.int(),
  plansRunning: z.int().describe("Those behind composite tools included."),
  composites: z.int().describe("Plans that are tools; they are counted in `tools`, too."),
  discovery: z.object({
    indexedTools: z.int(),
    model: z.string(),
    dimension: z.int(),
    index: z.enum(["faiss", "exact"]).optional(),
    notes: z.array(z.string()).describe("Why something better is not in use."),
  }),
  tokens: z.object({ catalogue: z.int().describe("0 until counted.") }),
  sharedCache: sharedCacheSchema.optional().describe("Absent when no Redis is configured."),
});

/** Answer of `GET /v1/tokens`. */
export const tokenReportSchema = z.object({
  catalogue: z.int().describe("The whole catalogue as `tools/list` would give it."),
  surface: z.int().describe("The discovery surface."),
  servers: z.array(z.object({ id: z.string(), tools: z.int(), tokens: z.int() })),
  tokenizer: z.string(),
});

/** Answer of `POST /v1/reload`. */
export const reloadAnswerSchema = z.object({
  status: z.literal("reloaded"),
  warnings: z.array(z.string()).describe("For example settings that need a restart."),
});

/** Answer of `POST /v1/stop`. */
export const stopAnswerSchema = z.object({ status: z.literal("stopping") });
