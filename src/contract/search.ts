import { z } from "zod";
import { detailSchema, foundToolSchema } from "./tool.ts";

const modeSchema = z.enum(["hybrid", "dense", "lexical"]);
const serverNames = z.array(z.string().min(1).max(64)).min(1).max(100);

/** Body of `POST /v1/tools/search`. */
export const searchRequestSchema = z.strictObject({
  query: z
    .string()
    .min(1)
    .max(8192)
    .describe("What is needed, in plain words or as `<tool_assistant>` blocks."),
  limit: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("Tools at most; default 5, unless the configuration says otherwise."),
  servers: serverNames.optional().describe("Only tools of these servers."),
  tags: serverNames.optional().describe("Only tools of servers with one of these tags."),
  detail: detailSchema.default("schema"),
  mode: modeSchema.optional().describe("By default `hybrid`, or what is available."),
  maxTokens: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe("Leaves out tools that would make the answer larger than so many tokens."),
  format: z
    .enum(["openai", "anthropic"])
    .optional()
    .describe("Gives the tools as this API takes them for function calling."),
  explain: z.boolean().default(false).describe("Adds what each signal gave to every tool."),
});

/** The body of a search, read, with its defaults. */
export type SearchRequestBody = z.output<typeof searchRequestSchema>;

const openaiToolSchema = z.object({
  type: z.literal("function"),
  function: z.object({
    name: z.string().max(64).describe("The tool's id."),
    description: z.string(),
    parameters: z.looseObject({}),
  }),
});

const anthropicToolSchema = z.object({
  name: z.string().max(64).describe("The tool's id."),
  description: z.string(),
  input_schema: z.looseObject({}),
});

/** Answer of `POST /v1/tools/search`. */
export const searchAnswerSchema = z.object({
  tools: z
    .union([z.array(foundToolSchema), z.array(openaiToolSchema), z.array(anthropicToolSchema)])
    .describe("Best first; in the shape that `format` asked for."),
  omitted: z
    .int()
    .optional()
    .describe("Hits that `maxTokens` left no room for, not even by name; absent when none."),
  abstained: z.boolean().describe("True when nothing fits; the tools are then near-misses."),
  mode: modeSchema.describe("What was really used."),
  tokens: z
    .object({
      catalogue: z.int().describe("What all definitions would cost a model's context."),
      returned: z.int().describe("What this answer's tools cost."),
    })
    .describe("Counted with a tokenizer where that is done, else four bytes a token."),
  tookMs: z.number(),
});
