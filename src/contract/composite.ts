import { z } from "zod";
import { planSchema } from "./plan.ts";

/** Body of `POST /v1/composites`. */
export const addCompositeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,47}$/, {
      error: "expected 1–48 of A–Z, a–z, 0–9, _ and -, beginning with a letter",
    })
    .describe("The tool's id becomes `composites__<name>`."),
  description: z.string().min(1).max(2_000).describe("What the tool does: it is found by this."),
  title: z.string().min(1).max(200).optional().describe("The tool's name as people read it."),
  plan: planSchema.describe("Its `inputSchema` becomes the tool's."),
  outputSchema: z
    .looseObject({ type: z.literal("object") })
    .optional()
    .describe("What the tool answers; by default as far as the plan's `output` tells."),
});

/** A plan that is a tool. What only operators see is absent for agents. */
export const compositeSchema = z.object({
  name: z.string(),
  tool: z.string().describe("The gateway's id of the tool."),
  title: z.string().optional(),
  description: z.string(),
  source: z.enum(["file", "overlay"]).optional(),
  problem: z.string().optional().describe("Why its plan fails its check now."),
  plan: planSchema.optional(),
  outputSchema: z.looseObject({}).optional().describe("Only if one was given."),
});

/** Answer of `GET /v1/composites`. */
export const compositeListSchema = z.object({ composites: z.array(compositeSchema) });
