import { z } from "zod";

/** Query of `GET /v1/results/{handle}`. */
export const readResultQuerySchema = z.strictObject({
  offset: z.int().min(0).optional().describe("Byte to begin at; default 0."),
  limit: z.int().min(1).max(1_048_576).optional().describe("Bytes at most."),
  path: z
    .string()
    .min(1)
    .max(2_048)
    .optional()
    .describe("A JMESPath expression: what it gives is read instead, as JSON."),
});

/** Answer of `GET /v1/results/{handle}`. */
export const resultPageSchema = z.object({
  handle: z.string(),
  text: z.string().describe("Never cuts a character."),
  offset: z.int(),
  nextOffset: z.int().optional().describe("Absent at the end."),
  totalBytes: z.int(),
});
