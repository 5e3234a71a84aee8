import { z } from "zod";
import { detailSchema, foundToolSchema } from "./tool.ts";

const toolRequestSchema = z.strictObject({
  server: z.string().min(1).max(8192).optional().describe("What kind of platform is needed."),
  tool: z.string().min(1).max(8192).describe("The operation needed, and on what."),
});

/** Body of `POST /v1/tools/request`: requests of the MCP-Zero form, as text or taken apart. */
export const toolRequestBodySchema = z
  .strictObject({
    text: z
      .string()
      .min(1)
      .max(65_536)
      .optional()
      .describe("A model's text with any number of `<tool_assistant>` blocks."),
    requests: z.array(toolRequestSchema).min(1).max(32).optional(),
    limit: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe("Tools for each request; default 5, unless the configuration says otherwise."),
    detail: detailSchema.default("schema"),
  })
  .refine((body) => (body.text === undefined) !== (body.requests === undefined), {
    error: "give either text or requests, and not both",
  });

/** Answer of `POST /v1/tools/request`: one group for each request, in order. */
export const toolRequestAnswerSchema = z.object({
  groups: z.array(
    z.object({
      request: z.object({ server: z.string().optional(), tool: z.string() }),
      servers: z
        .array(z.object({ id: z.string(), score: z.number() }))
        .describe("Best first; empty when the request names no server."),
      tools: z.array(foundToolSchema),
    }),
  ),
  tookMs: z.number(),
});
