import { z } from "zod";

/** What every failed request is answered with (RFC 9457); members of the code's own stand beside. */
export const problemSchema = z.looseObject({
  type: z.string().describe("Where the code is explained: `/docs#error-<code>`."),
  title: z.string().describe("The same for every problem of a code."),
  status: z.int(),
  detail: z.string().describe("What was wrong here, and how to mend it."),
  code: z.string().describe("Stable; programs decide by it."),
  traceId: z.string().describe("The request's trace, as in the header `x-trace-id`."),
  violations: z
    .array(
      z.object({
        path: z.string().describe("A JSON pointer into the body, or `/<name>` of a parameter."),
        message: z.string(),
      }),
    )
    .optional(),
  nearest: z.array(z.string()).optional(),
  retryAfterMs: z.number().optional(),
});
