import { z } from "zod";
import { callMetaSchema, handleSchema } from "./call.ts";

const failureSchema = z.object({
  code: z.string().describe("A problem's code, or one of a step's own such as `tool-error`."),
  message: z.string(),
});

const withheldSchema = z
  .object({
    bytes: z.int(),
    preview: z.string().optional().describe("How it begins."),
    handle: handleSchema.optional().describe("Where `GET /v1/results/{handle}` reads it."),
  })
  .describe("Stands in for a value that is too large to be given here.");

const stepStatusSchema = z.enum([
  "pending",
  "running",
  "succeeded",
  "failed",
  "skipped",
  "cancelled",
  "compensated",
]);

/** How a step is doing, or how it went. */
export const stepReportSchema = z.object({
  status: stepStatusSchema,
  tool: z.string(),
  startedMs: z.number().optional().describe("Since the plan began; absent when it never did."),
  durationMs: z.number().optional(),
  attempts: z.int().describe("Tries at the server, of all items together."),
  cache: callMetaSchema.shape.cache.optional(),
  error: failureSchema.optional(),
  reason: z.string().optional().describe("Why it was skipped or cancelled."),
  items: z
    .object({ total: z.int(), succeeded: z.int(), failed: z.int() })
    .optional()
    .describe("Of a `forEach`."),
  fallback: z
    .union([z.literal("value"), z.object({ step: z.string() })])
    .optional()
    .describe("What its value comes from since it failed."),
  compensation: z
    .object({
      tool: z.string(),
      status: z.enum(["succeeded", "failed"]),
      error: failureSchema.optional(),
      durationMs: z.number(),
    })
    .optional(),
  degraded: callMetaSchema.shape.degraded,
  value: z.unknown().optional().describe("Byte for byte what the tool gave."),
  withheld: withheldSchema.optional(),
});

/** Answer of `POST /v1/plans` and `GET /v1/plans/{id}`. */
export const planAnswerSchema = z.object({
  id: z.string(),
  status: z
    .enum(["running", "succeeded", "partial", "failed", "cancelled"])
    .describe("`partial`: it has its output, though some step failed."),
  startedAt: z.number().describe("Milliseconds since the epoch."),
  wallMs: z.number().describe("So far, or in all."),
  criticalPathMs: z
    .number()
    .describe("The longest chain of dependent steps, by how long they took."),
  error: failureSchema
    .optional()
    .describe("Why it failed, where that is not one step's failure alone."),
  output: z.unknown().optional(),
  withheld: withheldSchema.optional(),
  steps: z.record(z.string(), stepReportSchema).describe("By id, in written order."),
});

/** Answer of `GET /v1/plans`. */
export const planListSchema = z.object({
  plans: z
    .array(
      planAnswerSchema.pick({ id: true, status: true, startedAt: true, wallMs: true }).extend({
        steps: z
          .partialRecord(stepStatusSchema, z.int())
          .describe("How many steps are where; those that none is in are left out."),
      }),
    )
    .describe("Newest first, at most 100."),
});

/** The data of one event of a plan; `type` is also the SSE event's name and `id` its id. */
export const planEventSchema = z.object({
  id: z.int().describe("Counts from 1 within the plan."),
  atMs: z.number().describe("Since the plan began."),
  type: z.enum([
    "plan.started",
    "step.started",
    "step.retried",
    "step.progress",
    "step.succeeded",
    "step.cached",
    "step.failed",
    "step.skipped",
    "step.cancelled",
    "step.compensated",
    "plan.finished",
  ]),
  plan: z.string().optional().describe("Of `plan.started`: the plan's id."),
  steps: z.int().optional().describe("Of `plan.started`: how many there are."),
  step: stepReportSchema.extend({ id: z.string() }).optional().describe("Of `step.…`."),
  report: planAnswerSchema.optional().describe("Of `plan.finished`: the whole answer."),
});

const valuesSchema = z
  .enum(["auto", "none"])
  .default("auto")
  .describe("`none` leaves the steps' values out; the plan's output is given all the same.");

/** Query of `POST /v1/plans`. */
export const runPlanQuerySchema = z.strictObject({
  detach: z.boolean().default(false).describe("Answers at once; the plan runs on, whoever leaves."),
  timeoutMs: z.int().min(1).max(86_400_000).optional().describe("Shortens the plan's own limit."),
  values: valuesSchema,
});

/** Query of `GET /v1/plans/{id}`. */
export const showPlanQuerySchema = z.strictObject({
  steps: z
    .array(z.string().min(1).max(256))
    .min(1)
    .optional()
    .describe("Only these steps, separated by commas."),
  values: valuesSchema,
  lastEventId: z
    .int()
    .min(0)
    .optional()
    .describe("As the header `Last-Event-ID`, for clients that cannot set it."),
});

/** Query of `DELETE /v1/plans/{id}`. */
export const cancelPlanQuerySchema = z.strictObject({ values: valuesSchema });
