import { z } from "zod";
import { cacheRulesSchema } from "./cache-rules.ts";
import type { EndpointBlock, ServerBlock, ToolFilterBlock } from "./server-block.ts";
import type { ServerTreatment } from "./server-entry.ts";

/** What holds for a server whose entry says nothing. */
export const SERVER_TREATMENT_DEFAULTS: ServerTreatment = {
  disabled: false,
  tags: [],
  tools: { allow: [], deny: [] },
  isolation: "shared",
  startupTimeoutMs: 30_000,
  timeoutMs: 60_000,
  extendOnProgress: true,
  maxTimeoutMs: 600_000,
  idleStopMs: 0,
  maxConcurrency: 64,
  maxQueue: 1_024,
};

/** The transports by every name that clients give them. */
export const TRANSPORT_NAMES = {
  stdio: "stdio",
  http: "streamable-http",
  "streamable-http": "streamable-http",
  streamableHttp: "streamable-http",
  streamable_http: "streamable-http",
  sse: "sse",
  ws: "websocket",
  websocket: "websocket",
} as const;

/** Settings of an entry that are read and checked but do nothing yet. */
export const IDLE_SERVER_KEYS = ["alternates", "resilience", "overrides"] as const;

const NO_CONTROLS = /^[^\0\r\n]*$/;
const text = z.string().regex(/^[^\0]*$/, "must not hold a NUL character.");
const name = z.string().min(1).max(200);
const writtenAsText = z.union([text, z.number(), z.boolean()]).transform(String);

const variables = z.record(
  z.string().regex(/^[^=\0]+$/, "is no name for an environment variable."),
  writtenAsText,
);
const headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, "is no name for an HTTP header."),
  writtenAsText.pipe(z.string().regex(NO_CONTROLS, "must be a single line.")),
);

const endpointShape = {
  command: text.min(1),
  args: z.array(writtenAsText).max(1_000),
  env: variables,
  envFile: text.min(1),
  cwd: text.min(1),
  url: z.string().min(1),
  headers,
  type: z.enum(Object.keys(TRANSPORT_NAMES) as (keyof typeof TRANSPORT_NAMES)[]),
} satisfies { readonly [Key in keyof Required<EndpointBlock>]: z.ZodType };

const globs = z.array(name).max(10_000);

/** Schema of one replica. Defaults stand in `SERVER_TREATMENT_DEFAULTS`. */
export const endpointSchema = z.strictObject(optional(endpointShape));

const serverShape = {
  ...endpointShape,
  disabled: z.boolean(),
  description: z.string().max(500),
  tags: z.array(name).max(100),
  tools: z.strictObject(
    optional({ allow: globs, deny: globs } satisfies {
      readonly [Key in keyof Required<ToolFilterBlock>]: z.ZodType;
    }),
  ),
  isolation: z.enum(["shared", "session", "principal"]),
  startupTimeoutMs: z.int().min(100).max(600_000),
  timeoutMs: z.int().min(1).max(3_600_000),
  extendOnProgress: z.boolean(),
  maxTimeoutMs: z.int().min(1).max(86_400_000),
  idleStopMs: z.int().min(0).max(86_400_000),
  maxConcurrency: z.int().min(1).max(10_000),
  maxQueue: z.int().min(0).max(100_000),
  endpoints: z.array(endpointSchema).max(32),
  alternates: z.unknown(),
  cache: cacheRulesSchema,
  resilience: z.unknown(),
  overrides: z.unknown(),
} satisfies { readonly [Key in keyof Required<ServerBlock>]: z.ZodType };

/** Schema of one entry; keys it does not know are left out. */
export const serverSchema = z.object(optional(serverShape));

type OptionalShape<Shape extends z.core.$ZodShape> = {
  [Key in keyof Shape]: z.ZodExactOptional<Shape[Key]>;
};

function optional<Shape extends z.core.$ZodShape>(shape: Shape): OptionalShape<Shape> {
  return Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => [key, z.exactOptional(schema)]),
  ) as OptionalShape<Shape>;
}
