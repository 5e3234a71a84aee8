import { z } from "zod";
import { LOG_DEFAULTS, type LogOptions } from "../../adapters/pino/options.ts";
import { PROMETHEUS_DEFAULTS, type PrometheusOptions } from "../../adapters/prometheus/options.ts";
import { TOKEN_COUNTS_DEFAULTS, type TokenCountsOptions } from "../../core/tokens/options.ts";
import { type OptionGroup, wholeNumber } from "../option-group.ts";

export const logGroup: OptionGroup<LogOptions> = {
  owner: { file: "adapters/pino/options.ts", type: "LogOptions" },
  section: "telemetry",
  defaults: LOG_DEFAULTS,
  settings: {
    level: { key: "logLevel", schema: z.enum(["debug", "info", "warn", "error", "silent"]) },
  },
};

export const prometheusGroup: OptionGroup<PrometheusOptions> = {
  owner: { file: "adapters/prometheus/options.ts", type: "PrometheusOptions" },
  section: "telemetry",
  defaults: PROMETHEUS_DEFAULTS,
  settings: {
    maxSeriesPerMetric: wholeNumber(100, 100_000),
    processMetrics: z.boolean(),
  },
};

export const tokensGroup: OptionGroup<TokenCountsOptions> = {
  owner: { file: "core/tokens/options.ts", type: "TokenCountsOptions" },
  section: "telemetry",
  defaults: TOKEN_COUNTS_DEFAULTS,
  settings: {
    countInBackground: { key: "countTokens", schema: z.boolean() },
  },
};
