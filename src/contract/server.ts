import { z } from "zod";

const MAX_MEMBERS = 64;

const idSchema = z.string().regex(/^(?!.*__)[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, {
  error: "expected 1–32 of A–Z, a–z, 0–9, _ and -, beginning with a letter or digit, without __",
});

/** Body of `POST /v1/servers`: an entry as it stands under `mcpServers`, with its id beside. */
export const addServerSchema = z
  .looseObject({
    id: idSchema.describe("The server's id: first part of its tools' ids."),
    url: z.string().optional().describe("`http(s)://` or `ws(s)://`."),
    command: z
      .string()
      .optional()
      .describe("Refused unless the configuration allows commands over the API."),
  })
  .refine((body) => Object.keys(body).length <= MAX_MEMBERS, {
    error: `an entry has at most ${MAX_MEMBERS} members`,
  });

/** Body of `PATCH /v1/servers/{id}`: members to change; `null` removes one. */
export const changeServerSchema = z
  .looseObject({})
  .refine((body) => Object.keys(body).length > 0, { error: "name at least one member to change" })
  .refine((body) => Object.keys(body).length <= MAX_MEMBERS, {
    error: `an entry has at most ${MAX_MEMBERS} members`,
  });

/** Body of `POST /v1/servers/{id}/circuit`. */
export const circuitRequestSchema = z.strictObject({
  action: z
    .enum(["open", "close", "reset"])
    .describe("`open` until closed by hand, `close`, or `reset`: forget everything learnt."),
});

/** State of a server's circuit. */
export const circuitSchema = z.object({
  server: z.string(),
  state: z.enum(["closed", "open", "half-open"]),
  forced: z.boolean().describe("Set by an operator."),
  failures: z.int().describe("Failures in a row."),
  retryAfterMs: z.number().describe("Until a probe is let through; 0 unless open."),
});

/** A server. What only operators see is absent for agents: where it is, its processes, its stderr. */
export const serverSchema = z.object({
  id: z.string(),
  state: z.enum(["connecting", "ready", "degraded", "disconnected", "needs-auth", "disabled"]),
  reason: z.string().optional().describe("Why it is not ready."),
  since: z.number().describe("When the state began, in milliseconds since the epoch."),
  description: z.string().optional(),
  tags: z.array(z.string()),
  tools: z.int().describe("Tools that the caller may use."),
  circuit: circuitSchema.omit({ server: true }),
  transport: z.string().optional(),
  target: z.string().optional().describe("The URL without credentials, or the command."),
  source: z.enum(["file", "overlay"]).optional(),
  isolation: z.enum(["shared", "session", "principal"]).optional(),
  era: z.enum(["modern", "legacy"]).optional(),
  revision: z.string().optional(),
  serverInfo: z.object({ name: z.string(), version: z.string() }).optional(),
  reconnects: z.int().optional(),
  retryInMs: z.number().optional().describe("Until the next attempt, when one is planned."),
  connections: z.int().optional(),
  pids: z.array(z.int()).optional(),
  stderrTail: z.array(z.string()).optional().describe("Only when one server is asked for."),
});

/** Answer of `GET /v1/servers`. */
export const serverListSchema = z.object({ servers: z.array(serverSchema) });
