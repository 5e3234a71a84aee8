import { z } from "zod";

/** Body of `POST /v1/tools/{id}/call`. */
export const callRequestSchema = z.strictObject({
  arguments: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("The tool's arguments, relayed byte for byte; default `{}`."),
  timeoutMs: z
    .int()
    .min(1)
    .max(3_600_000)
    .optional()
    .describe("Shortens the server's own time limit."),
  cache: z
    .enum(["default", "bypass", "refresh", "only"])
    .optional()
    .describe("Whether a kept answer may serve; default `default`."),
  degraded: z
    .enum(["allow", "deny"])
    .optional()
    .describe("Whether something else than the server may answer; default `allow`."),
  inputResponses: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Answers to the `inputRequests` of an `input-required` problem, by key."),
  requestState: z
    .string()
    .max(1_048_576)
    .optional()
    .describe("The `requestState` of an `input-required` problem, unchanged."),
});

/** Where a stored large result can be read. */
export const handleSchema = z.object({
  handle: z.string(),
  bytes: z.int(),
  mimeType: z.string(),
  expiresAt: z.number().describe("Milliseconds since the epoch."),
});

/** How a call was answered. */
export const callMetaSchema = z.object({
  server: z.string(),
  tool: z.string(),
  cache: z.enum(["miss", "l1", "l2", "l3", "bypass", "coalesced", "none"]),
  attempts: z.int().describe("Tries at the upstream; 0 when it was not asked."),
  circuit: z.enum(["closed", "open", "half-open", "deconstructed"]),
  degraded: z
    .object({
      via: z.enum(["stale", "endpoint", "equivalent", "static"]),
      reason: z.string(),
      ageMs: z.number().optional(),
      servedBy: z.string().optional(),
    })
    .optional()
    .describe("Present when something else than the server answered."),
  cacheHit: z
    .object({
      ageMs: z.number(),
      similarity: z.number().optional().describe("Of a hit of l3: the cosine, 0–1."),
      originalArguments: z
        .record(z.string(), z.unknown())
        .optional()
        .describe("Of a hit of l3: what the answer was first given to."),
    })
    .optional()
    .describe("Present when a cache answered."),
  durationMs: z.number(),
  traceId: z.string(),
  handle: handleSchema
    .optional()
    .describe("Where the whole result can be read, when only a preview is given here."),
});

/** Answer of `POST /v1/tools/{id}/call`: the upstream's result with `meta` added. */
export const callAnswerSchema = z.looseObject({
  content: z.array(z.looseObject({})),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().describe("Whether the tool itself says that it failed."),
  meta: callMetaSchema,
});
