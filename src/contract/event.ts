import { z } from "zod";

const topicSchema = z.enum(["catalog", "server", "circuit", "plan", "cache", "config"]);

/** Query of `GET /v1/events`. */
export const eventsQuerySchema = z.strictObject({
  topics: z.array(topicSchema).min(1).optional().describe("Only these, separated by commas."),
  lastEventId: z
    .int()
    .min(0)
    .optional()
    .describe("As the header `Last-Event-ID`, for clients that cannot set it."),
});

/**
 * The data of one event of `GET /v1/events`; `type` is also the SSE event's name and `id` its id.
 * An SSE event `gap` with `{after, next}` says that events in between are no longer remembered.
 */
export const eventSchema = z.object({
  id: z.int(),
  at: z.number().describe("Milliseconds since the epoch."),
  topic: topicSchema,
  type: z.string().describe("For example `server.state` or `catalog.changed`."),
  data: z.looseObject({}),
});
