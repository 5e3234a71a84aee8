import { z } from "zod";
import { CALLS_DEFAULTS, type CallsOptions } from "../../core/calls/options.ts";
import { RESULTS_DEFAULTS, type ResultsOptions } from "../../core/results/options.ts";
import { UPSTREAM_DEFAULTS, type UpstreamOptions } from "../../core/upstream/options.ts";
import { HTTP_EDGE_DEFAULTS, type HttpEdgeOptions } from "../../edges/http/options.ts";
import { MCP_EDGE_DEFAULTS, type McpEdgeOptions } from "../../edges/mcp/options.ts";
import { GATEWAY_DEFAULTS, type GatewayOptions } from "../gateway-options.ts";
import { nested, type OptionGroup, wholeNumber } from "../option-group.ts";

const hostName = z
  .string()
  .regex(/^[A-Za-z0-9.:_%[\]-]+$/, "must be a host name or IP address, without scheme and path.");

export const gatewayGroup: OptionGroup<GatewayOptions> = {
  owner: { file: "config/gateway-options.ts", type: "GatewayOptions" },
  section: "gateway",
  defaults: GATEWAY_DEFAULTS,
  settings: {
    dataDir: z.string().min(1),
    allowCommandsOverApi: z.boolean(),
  },
};

export const httpGroup: OptionGroup<HttpEdgeOptions> = {
  owner: { file: "edges/http/options.ts", type: "HttpEdgeOptions" },
  section: "gateway",
  defaults: HTTP_EDGE_DEFAULTS,
  settings: {
    host: hostName,
    port: wholeNumber(0, 65_535),
    allowedHosts: z.array(hostName).max(1_000),
    allowedOrigins: z
      .array(
        z
          .string()
          .regex(
            /^(\*|[a-z][a-z0-9+.-]*:\/\/[^/\s]+)$/i,
            "must be an origin, such as https://admin.example.org, or *.",
          ),
      )
      .max(1_000),
    maxBodyBytes: wholeNumber(1_024, 268_435_456),
    requestTimeoutMs: wholeNumber(1_000, 600_000),
    maxEventStreams: wholeNumber(1, 100_000),
    maxSockets: wholeNumber(1, 100_000),
    idempotencyTtlMs: wholeNumber(1_000, 604_800_000),
  },
};

export const mcpEdgeGroup: OptionGroup<McpEdgeOptions> = {
  owner: { file: "edges/mcp/options.ts", type: "McpEdgeOptions" },
  section: "gateway",
  defaults: MCP_EDGE_DEFAULTS,
  settings: {
    maxSessions: wholeNumber(1, 100_000),
    sessionIdleMs: wholeNumber(1_000, 604_800_000),
    maxInFlight: { key: "maxInFlightPerSession", schema: wholeNumber(1, 100_000) },
  },
};

export const resultsGroup: OptionGroup<ResultsOptions> = {
  owner: { file: "core/results/options.ts", type: "ResultsOptions" },
  section: "gateway",
  defaults: RESULTS_DEFAULTS,
  settings: {
    maxInlineBytes: { key: "maxResultBytes", schema: wholeNumber(1_024, 16_777_216) },
    previewBytes: { key: "resultPreviewBytes", schema: wholeNumber(256, 16_777_216) },
    maxStoredBytes: { key: "maxStoredResultBytes", schema: wholeNumber(1_048_576, 8_589_934_592) },
    ttlMs: { key: "resultTtlMs", schema: wholeNumber(1_000, 86_400_000) },
  },
};

export const upstreamGroup: OptionGroup<UpstreamOptions> = {
  owner: { file: "core/upstream/options.ts", type: "UpstreamOptions" },
  section: "gateway",
  defaults: UPSTREAM_DEFAULTS,
  settings: {
    backoffInitialMs: { key: "reconnectInitialMs", schema: wholeNumber(10, 60_000) },
    backoffMaxMs: { key: "reconnectMaxMs", schema: wholeNumber(1_000, 3_600_000) },
    maxConnectionsPerServer: wholeNumber(1, 10_000),
    maxConnections: wholeNumber(1, 100_000),
    maxChildren: { key: "maxProcesses", schema: wholeNumber(1, 10_000) },
  },
};

export const callsGroup: OptionGroup<CallsOptions> = {
  owner: { file: "core/calls/options.ts", type: "CallsOptions" },
  section: "gateway",
  defaults: CALLS_DEFAULTS,
  settings: {
    quota: nested(CALLS_DEFAULTS.quota, {
      callsPerMinute: wholeNumber(0, 100_000_000),
      tenantCallsPerMinute: wholeNumber(0, 100_000_000),
      maxConcurrentCalls: wholeNumber(0, 1_000_000),
    }),
    validation: nested(CALLS_DEFAULTS.validation, {
      enabled: z.boolean(),
      maxCompiledSchemas: wholeNumber(10, 100_000),
      maxViolations: wholeNumber(1, 1_000),
    }),
    drainTimeoutMs: wholeNumber(0, 600_000),
  },
};
