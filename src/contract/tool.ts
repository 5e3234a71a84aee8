import { z } from "zod";
import { cachePolicySchema } from "./cache.ts";

/** How much of a tool an answer shows. */
export const detailSchema = z
  .enum(["name", "summary", "schema"])
  .describe(
    "How much of each tool to show: its names; also its title and the first sentence about it; or " +
      "all that calling needs.",
  );

/** How a tool's server is doing just now. */
export const healthSchema = z
  .enum(["connecting", "ready", "degraded", "disconnected", "needs-auth", "disabled"])
  .describe("State of the tool's server; `degraded` also while its circuit is not closed.");

const annotationsSchema = z
  .looseObject({
    title: z.string().optional(),
    readOnlyHint: z.boolean().optional(),
    destructiveHint: z.boolean().optional(),
    idempotentHint: z.boolean().optional(),
    openWorldHint: z.boolean().optional(),
  })
  .describe("The server's own hints about the tool's behaviour; untrusted.");

/** A tool as lists and searches show it. */
export const toolSchema = z.object({
  id: z.string().describe("The gateway's id, to call the tool by: `<server>__<tool>`."),
  server: z.string().describe("Id of the server."),
  name: z.string().describe("The upstream's own name."),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.looseObject({}).optional().describe("JSON Schema of the arguments."),
  annotations: annotationsSchema.optional(),
  health: healthSchema,
});

/** A tool that was found. */
export const foundToolSchema = toolSchema.extend({
  score: z.number().describe("Comparable within one answer only."),
  explain: z
    .record(z.string(), z.number())
    .optional()
    .describe("What each signal gave, when asked for."),
});

/** One tool, whole. */
export const wholeToolSchema = toolSchema.extend({
  outputSchema: z.looseObject({}).optional(),
  readOnly: z.boolean().describe("Whether its server says that it changes nothing."),
  flags: z
    .array(z.string())
    .describe("What is odd about the tool, for example `schema-uncompilable`."),
  fingerprint: z.string().describe("Hex SHA-256 over name, description, schemas and annotations."),
  cache: cachePolicySchema.describe("How repeated calls are answered."),
  alternates: z.array(z.string()).describe("Ids of tools that stand in when the server is away."),
});

/** Query of `GET /v1/tools`. */
export const listToolsQuerySchema = z.strictObject({
  server: z.string().min(1).max(64).optional().describe("Only the tools of this server."),
  limit: z.int().min(1).max(1000).default(100).describe("Tools in one page."),
  cursor: z.string().min(1).max(512).optional().describe("`nextCursor` of the page before."),
  detail: detailSchema.default("schema"),
});

/** Answer of `GET /v1/tools`: a page in a stable order. */
export const toolListSchema = z.object({
  tools: z.array(toolSchema),
  total: z.int().describe("Tools in all pages."),
  nextCursor: z.string().optional().describe("Absent on the last page."),
});
