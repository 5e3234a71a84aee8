import { z } from "zod";

const templateSchema = z
  .unknown()
  .describe("JSON in which `${…}` holds a JMESPath expression over steps, input, item and index.");

const callOfStepSchema = z.looseObject({
  tool: z.string().describe("The gateway's id of the tool."),
  arguments: z.looseObject({}).optional().describe("With references in it; default `{}`."),
});

const planStepSchema = callOfStepSchema.extend({
  id: z.string().describe("`[A-Za-z_][A-Za-z0-9_]*`, at most 64 characters; unique in the plan."),
  dependsOn: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe("Steps to wait for, beside those it reads."),
  when: z
    .union([z.string(), z.boolean()])
    .optional()
    .describe("The step is skipped unless this holds."),
  forEach: z
    .unknown()
    .optional()
    .describe(
      "Runs the step once for each item of an array, a reference to one, or " +
        "`{items, concurrency?}`; the values keep the items' order.",
    ),
  onError: z
    .union([
      z.enum(["fail", "continue"]),
      z.looseObject({ fallbackValue: templateSchema }),
      z.looseObject({ fallbackStep: z.string() }),
    ])
    .optional()
    .describe("Default `fail`."),
  retry: z
    .union([
      z.int(),
      z.looseObject({ maxAttempts: z.int().optional(), backoffMs: z.int().optional() }),
    ])
    .optional()
    .describe("Tries in all, over what the gateway itself retries."),
  timeoutMs: z.int().optional(),
  cache: z.enum(["default", "bypass", "refresh", "only"]).optional(),
  compensate: callOfStepSchema
    .optional()
    .describe("Undoes the step when the plan fails after it; in reverse order."),
});

/** As `docs/plans.md` describes it. Body of `POST /v1/plans` and `POST /v1/plans/check`, for the reader: the check itself is core's. */
export const planSchema = z.looseObject({
  steps: z.array(planStepSchema).describe("Ordered by what they read of each other."),
  input: z.unknown().optional().describe("What `input` stands for in expressions; default `{}`."),
  inputSchema: z.looseObject({}).optional().describe("JSON Schema of the input."),
  output: templateSchema.optional().describe("What the plan gives, from the steps' values."),
  limits: z
    .looseObject({ concurrency: z.int().optional(), timeoutMs: z.int().optional() })
    .optional(),
  parallelWrites: z
    .boolean()
    .optional()
    .describe("Lets steps that may write to the same server run at once."),
});

/** One thing wrong with a plan. */
export const planProblemSchema = z.object({
  severity: z.enum(["error", "warning"]).describe("A plan with an error does not run."),
  step: z.string().optional().describe("Absent: the plan as a whole."),
  path: z.string().describe("A JSON pointer into the plan."),
  code: z.string().describe("Stable, such as `unknown-tool` or `cycle`."),
  message: z.string(),
});

/** Answer of `POST /v1/plans/check`. */
export const planCheckAnswerSchema = z.object({
  ok: z.boolean().describe("Whether it can run."),
  problems: z.array(planProblemSchema).describe("All of them at once."),
  steps: z
    .array(
      z.object({
        id: z.string(),
        tool: z.string(),
        dependsOn: z.array(z.string()).describe("As found in what the steps read, too."),
        stage: z.int().describe("0: waits for nobody; n: for a step of stage n - 1 at least."),
        estimateMs: z.number(),
        mayWrite: z.boolean(),
      }),
    )
    .describe("In written order; empty when the plan cannot be read so far."),
  criticalPath: z.array(z.string()).describe("The chain that is expected to last longest."),
  estimateMs: z.number(),
});
