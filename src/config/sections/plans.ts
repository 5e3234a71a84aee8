import { z } from "zod";
import {
  type CompositionRule,
  PLANS_DEFAULTS,
  type PlansOptions,
  type SpeculationOptions,
} from "../../core/plans/options.ts";
import { nested, type OptionGroup, wholeNumber } from "../option-group.ts";

const toolGlobs = z.array(z.string().min(1).max(200)).min(1).max(1_000);

const rule = z.strictObject({
  after: toolGlobs,
  forbid: toolGlobs,
  reason: z.string().min(1).max(500),
} satisfies { readonly [Field in keyof CompositionRule]: z.ZodType<CompositionRule[Field]> });

export const plansGroup: OptionGroup<PlansOptions> = {
  owner: { file: "core/plans/options.ts", type: "PlansOptions" },
  section: "plans",
  defaults: PLANS_DEFAULTS,
  settings: {
    maxSteps: wholeNumber(1, 100_000),
    maxBytes: wholeNumber(1_024, 268_435_456),
    maxItems: wholeNumber(1, 1_000_000),
    concurrency: wholeNumber(1, 10_000),
    maxConcurrency: wholeNumber(1, 100_000),
    serverConcurrency: wholeNumber(1, 10_000),
    timeoutMs: wholeNumber(1, 86_400_000),
    maxRunning: wholeNumber(1, 100_000),
    maxDepth: wholeNumber(1, 16),
    keepMs: wholeNumber(1_000, 86_400_000),
    keepBytes: wholeNumber(1_048_576, 8_589_934_592),
    maxValueBytes: wholeNumber(1_048_576, 8_589_934_592),
    assumedLatencyMs: wholeNumber(1, 600_000),
    speculation: nested<SpeculationOptions>(PLANS_DEFAULTS.speculation, {
      enabled: z.boolean(),
      maxSteps: wholeNumber(1, 1_000),
    }),
    rules: z.array(rule).max(1_000),
  },
};
