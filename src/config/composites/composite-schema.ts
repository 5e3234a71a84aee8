import { z } from "zod";
import type { CompositeBlock, PlanBlock } from "./composite-block.ts";

const mapping = z.record(z.string(), z.unknown());

const planShape = {
  steps: z.exactOptional(z.array(mapping).min(1).max(100_000)),
  inputSchema: z.exactOptional(mapping),
  input: z.exactOptional(z.unknown()),
  output: z.exactOptional(z.unknown()),
  limits: z.exactOptional(mapping),
  parallelWrites: z.exactOptional(z.boolean()),
} satisfies { readonly [Key in keyof Required<PlanBlock>]: z.ZodType };

/** Schema of one entry of `composites`; the steps are checked where the tools are known. */
export const compositeSchema = z.strictObject({
  description: z.string().min(1).max(2_000),
  title: z.exactOptional(z.string().min(1).max(200)),
  outputSchema: z.exactOptional(
    mapping.refine(({ type }) => type === "object", 'must be a JSON Schema with "type: object".'),
  ),
  plan: z.exactOptional(z.strictObject(planShape)),
  ...planShape,
} satisfies { readonly [Key in keyof Required<CompositeBlock>]: z.ZodType });
